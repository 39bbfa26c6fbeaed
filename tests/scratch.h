// A folder for one test whose files are named by texts, as command lines name them.
#pragma once

#include <fstream>
#include <string>

#include "scratch_folder.h"

namespace rt3d::tests {

class Scratch : public ScratchFolder {
 public:
  using ScratchFolder::path;
  std::string path(const std::string& name) const { return (path() / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
};

}  // namespace rt3d::tests
