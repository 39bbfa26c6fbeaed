// What the API's tests share: a small network, quiet sessions of it, and a folder that goes away.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "rt3d/rt3d.h"
#include "scratch_folder.h"

namespace rt3d::tests {

inline constexpr std::size_t kInputBytes = 3 * 4 * 8 * 8 * sizeof(float);  // of the network

struct Folder : ScratchFolder {
  std::string operator/(const std::string& name) const { return (path() / name).string(); }
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
