// How the commands report what went wrong: one exception for failures (exit code 1), one for wrong usage
// (exit code 2). A text says what was attempted, with values, and what would do; main() prints it as one
// line. Interruptions (exit codes 130 and 143) are in interruption.h.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#include "base/error.h"
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

// A failure of which the command has already told.
class Reported : public Failure {
 public:
  Reported() : Failure("failed") {}
};

// What the function gives; what it refuses as an invalid argument was said on the command line, or in the model's metadata.
template <typename Function>
auto as_said(const Function& function) -> decltype(function()) {
  try {
    return function();
  } catch (const Error& error) {
    if (error.code() == Code::invalid_argument) throw UsageError(error.what());
    throw;
  }
}

// Concatenates values as text: join("frame ", 3).
template <typename... Parts>
std::string join(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// What would make room, after a colon; of the options that were used (below) none is advised again.
std::string memory_advice();
void weights_are_limited(bool by_limit, bool by_accuracy);  // --weight-limit-mib, --accuracy exact

// Throws the library's explanation when a call failed; `what` says what was attempted.
inline void check(rt3d_status status, const std::string& what) {
  if (status == RT3D_OK) return;
  const std::string reason = rt3d_last_error();
  throw Failure(what + ": " + (reason.empty() ? rt3d_status_name(status) : reason) +
                (status == RT3D_OUT_OF_MEMORY ? memory_advice() : ""));
}

// The text with `name` before it, unless it holds the name already: "m.onnx: out of memory".
inline std::string naming(const std::string& name, const std::string& text) {
  return text.find(name) == std::string::npos ? name + ": " + text : text;
}

// What a failure's line says: its text, or, where memory ran out, what would help.
std::string failure_text(const std::exception& error);

// One line on standard error, whatever the text holds: "rt3d: error: …", "rt3d: warning: …".
void complain(const std::string& text);
void warn(const std::string& text);
void speak_as(const char* program);  // the name at the line's start; "rt3d" before

}  // namespace rt3d::cli
