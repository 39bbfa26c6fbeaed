// The one exception type. Whatever ends a request throws Error, or std::bad_alloc when memory has run out; expected outcomes are
// return values; the C API turns both into a status and a thread-local message. A message says what was attempted, with values,
// and what would do.
#pragma once

#include <cstdio>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace rt3d {

// Order and values match rt3d_status in include/rt3d/rt3d.h.
enum class Code {
  ok = 0,
  invalid_argument = 1,
  invalid_model = 2,
  unsupported = 3,
  io = 4,
  out_of_memory = 5,
  cancelled = 6,
  device = 7,
  internal = 8,
  busy = 9,
};

// What is quoted from a damaged file may hold anything: a text is one line, and what() does not end at a zero byte. Tabs part
// words and become spaces.
inline std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = c == '\t' ? ' ' : '?';
  return text;
}

class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& text) : std::runtime_error(one_line(text)), code_(code) {}
  Code code() const { return code_; }

 private:
  Code code_;
};

// Concatenates values as text: cat("expected ", 5, " inputs"). The text is whole (some are keys) or std::bad_alloc is thrown.
template <typename... Parts>
std::string cat(const Parts&... parts) {
  std::ostringstream out;
  out.exceptions(std::ios_base::badbit);  // or a stream keeps what it could not allocate to itself
  (out << ... << parts);
  return out.str();
}

// An operation on paths reports a lack of memory like a path that is not there; it is thrown, as elsewhere.
inline void throw_if_no_memory(const std::error_code& error) {
  if (error == std::errc::not_enough_memory) throw std::bad_alloc();
}

// Memory that a request needs is not there. No Error, so that nobody takes it for one of what was read.
class OutOfMemory : public std::bad_alloc {
 public:
  explicit OutOfMemory(std::size_t bytes) noexcept {
    std::snprintf(text_, sizeof text_, "cannot allocate %zu bytes", bytes);
  }
  const char* what() const noexcept override { return text_; }

 private:
  char text_[48];
};

template <typename... Parts>
[[noreturn]] void fail(Code code, const Parts&... parts) {
  throw Error(code, cat(parts...));
}

}  // namespace rt3d
