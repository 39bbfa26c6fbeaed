// Log lines, sent through one sink: a callback the application sets, or standard error when RT3D_LOG names a
// level. The library never prints anywhere else. Thread-safe, also where threads log at once: the sink is called by all of them.
// Logging never fails: a line for which there is no memory, or whose sink throws, is lost. What a sink itself calls logs nothing.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"

namespace rt3d {

// Values match rt3d_log_level in include/rt3d/rt3d.h.
enum class LogLevel { debug = 0, info = 1, warning = 2, error = 3, off = 4 };

using LogSink = std::function<void(LogLevel, const std::string&)>;

// An empty sink restores the default: standard error at the level in RT3D_LOG (debug, info, warning, error, off),
// else nothing. A sink may be called for some time after it was replaced, by threads that had it already.
void set_log_sink(LogSink sink, LogLevel level);
bool log_enabled(LogLevel level);
void log_line(LogLevel level, const std::string& text);

template <typename... Parts>
void log(LogLevel level, const Parts&... parts) noexcept {
  try {
    if (log_enabled(level)) log_line(level, cat(parts...));
  } catch (const std::exception&) {  // no memory for the line
  }
}

}  // namespace rt3d
