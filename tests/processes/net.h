// What the processes compute: small networks with answers that were made without a database.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rt3d/rt3d.h"

namespace rt3d::processes {

using Session = std::unique_ptr<rt3d_session, decltype(&rt3d_session_free)>;

struct Net {
  std::shared_ptr<rt3d_model> model;
  std::vector<float> input, want;
};

// Saves them in `folder` and loads them. Throws std::runtime_error.
std::vector<Net> make_nets(const std::filesystem::path& folder);

rt3d_session_options options_with(const std::string& database, rt3d_tuning tuning);
// Throws std::runtime_error with the library's text.
Session make_session(const Net& net, const rt3d_session_options& options);
rt3d_session_stats stats_of(const Session& session);
rt3d_tuning_state tuning_of(const Session& session);
// Runs, and throws where the answer is not that of the session without a database.
void require_right(const Net& net, const Session& session);
void require_ok(rt3d_status status, const char* what);
void require(bool good, const std::string& what);

}  // namespace rt3d::processes
