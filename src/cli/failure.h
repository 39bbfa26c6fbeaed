// How the commands report what went wrong: one exception for failures (exit code 1), one for wrong usage
// (exit code 2). A text says what was attempted, with values, and what would do; main() prints it as one
// line.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class UsageError : public Failure {
 public:
  using Failure::Failure;
};

// Concatenates values as text: join("frame ", 3).
template <typename... Parts>
std::string join(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Throws the library's explanation when a call failed; `what` says what was attempted.
inline void check(rt3d_status status, const std::string& what) {
  if (status == RT3D_OK) return;
  const std::string reason = rt3d_last_error();
  throw Failure(what + ": " + (reason.empty() ? rt3d_status_name(status) : reason.c_str()));
}

}  // namespace rt3d::cli
