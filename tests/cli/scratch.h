// A folder of its own for a test's files, removed at the end.
#pragma once

#include <fstream>
#include <string>

#include "scratch_folder.h"

namespace rt3d::cli {

class Scratch : public tests::ScratchFolder {
 public:
  using ScratchFolder::path;
  std::string path(const std::string& name) const { return (path() / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
};

}  // namespace rt3d::cli
