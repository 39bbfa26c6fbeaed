#include "base/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>

#include "base/env.h"

namespace rt3d {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  constexpr spdlog::level::level_enum kLevels[] = {
      spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err, spdlog::level::off};
  return kLevels[static_cast<int>(level)];
}

std::shared_ptr<spdlog::logger> default_logger() {
  auto logger =
      std::make_shared<spdlog::logger>("rt3d", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%H:%M:%S.%e rt3d %^%l%$ %v");
  const std::string level = env(EnvSwitch::log);
  logger->set_level(level.empty() ? spdlog::level::off : spdlog::level::from_str(level));
  return logger;
}

std::shared_ptr<spdlog::logger>& slot() {
  static std::shared_ptr<spdlog::logger> logger = default_logger();
  return logger;
}

std::mutex& slot_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::shared_ptr<spdlog::logger> current() {
  const std::lock_guard lock(slot_mutex());
  return slot();
}

// Hands each line to the application's function. spdlog 1.10 has no callback sink of its own.
class CallbackSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(LogSink sink) : sink_(std::move(sink)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    LogLevel level = LogLevel::debug;
    if (message.level >= spdlog::level::err)
      level = LogLevel::error;
    else if (message.level == spdlog::level::warn)
      level = LogLevel::warning;
    else if (message.level == spdlog::level::info)
      level = LogLevel::info;
    sink_(level, std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

  LogSink sink_;
};

}  // namespace

void set_log_sink(LogSink sink, LogLevel level) {
  std::shared_ptr<spdlog::logger> logger;
  if (sink) {
    logger = std::make_shared<spdlog::logger>("rt3d", std::make_shared<CallbackSink>(std::move(sink)));
    logger->set_level(to_spdlog(level));
  } else {
    logger = default_logger();
  }
  const std::lock_guard lock(slot_mutex());
  slot() = std::move(logger);
}

bool log_enabled(LogLevel level) { return current()->should_log(to_spdlog(level)); }

void log_line(LogLevel level, const std::string& text) {
  current()->log(to_spdlog(level), spdlog::string_view_t(text));
}

}  // namespace rt3d
