// What the API's tests share: a small network, quiet sessions of it, and a folder that goes away.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "rt3d/rt3d.h"

namespace rt3d::tests {

inline constexpr std::size_t kInputBytes = 3 * 4 * 8 * 8 * sizeof(float);  // of the network

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "rt3d-api-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

using Model = std::unique_ptr<rt3d_model, decltype(&rt3d_model_free)>;
using Session = std::unique_ptr<rt3d_session, decltype(&rt3d_session_free)>;

std::string read_file(const std::string& path);
std::string net_bytes();
Model net_model();
rt3d_session_options quiet_options();
Session make_session(rt3d_model* model, const rt3d_session_options& options);
bool last_error_says(const char* part);

}  // namespace rt3d::tests
