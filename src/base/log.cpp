#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/env.h"

namespace rt3d {
namespace {

struct LevelRow {
  LogLevel level;
  std::string_view name;
  spdlog::level::level_enum spdlog;
};
// In the order of LogLevel; the names are those that RT3D_LOG may have.
constexpr std::array<LevelRow, 5> kLevels{{{LogLevel::debug, "debug", spdlog::level::debug},
                                           {LogLevel::info, "info", spdlog::level::info},
                                           {LogLevel::warning, "warning", spdlog::level::warn},
                                           {LogLevel::error, "error", spdlog::level::err},
                                           {LogLevel::off, "off", spdlog::level::off}}};

// Where lines of at least `level` go.
struct Destination {
  LogSink sink;
  LogLevel level = LogLevel::off;
};

std::shared_ptr<const Destination> standard_error() {
  const std::string wanted = env(EnvSwitch::log);
  const auto row =
      std::find_if(kLevels.begin(), kLevels.end(), [&](const LevelRow& r) { return r.name == wanted; });
  if (row == kLevels.end())
    return std::make_shared<const Destination>();  // check_switches() refuses other words
  auto logger =
      std::make_shared<spdlog::logger>("rt3d", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%H:%M:%S.%e rt3d %^%l%$ %v");
  logger->set_level(row->spdlog);
  logger->set_error_handler([](const std::string&) {});  // spdlog's own prints
  const auto sink = [logger](LogLevel level, const std::string& text) {
    logger->log(kLevels[static_cast<std::size_t>(level)].spdlog, spdlog::string_view_t(text));
  };
  return std::make_shared<const Destination>(Destination{sink, row->level});
}

std::mutex& slot_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::shared_ptr<const Destination>& slot() {
  static std::shared_ptr<const Destination> destination = standard_error();
  return destination;
}

std::shared_ptr<const Destination> current() {
  const std::lock_guard lock(slot_mutex());
  return slot();
}

// This thread is inside a sink: what the sink calls logs nothing, or it would be called for that, too, and so on.
constinit thread_local bool inside_sink = false;

bool takes(const Destination& destination, LogLevel level) {
  return level >= destination.level && level != LogLevel::off && !inside_sink;
}

}  // namespace

void set_log_sink(LogSink sink, LogLevel level) {
  std::shared_ptr<const Destination> destination =
      sink ? std::make_shared<const Destination>(Destination{std::move(sink), level}) : standard_error();
  const std::lock_guard lock(slot_mutex());
  slot().swap(destination);
}

bool log_enabled(LogLevel level) { return takes(*current(), level); }

// No lock is held while the sink runs: it may call the library, which logs from other threads, too.
void log_line(LogLevel level, const std::string& text) {
  const std::shared_ptr<const Destination> destination = current();
  if (!takes(*destination, level)) return;
  inside_sink = true;
  try {
    destination->sink(level, text);
  } catch (...) {  // an application's function: what it throws is its own affair, and ends no request
  }
  inside_sink = false;
}

}  // namespace rt3d
