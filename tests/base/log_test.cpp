// The log's sink is an application's function: whatever it does, logging ends no request and waits for nobody.
#include "base/log.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

TEST_SUITE_BEGIN("base");

namespace rt3d {
namespace {

// The default comes back, whatever a test does.
struct Quiet {
  ~Quiet() { set_log_sink({}, LogLevel::off); }
};

}  // namespace

TEST_CASE("lines of at least the level reach the sink, and no others") {
  const Quiet quiet;
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, const std::string& text) { lines.push_back(text); }, LogLevel::warning);
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
    log(level, "line ", static_cast<int>(level));
  CHECK(lines == std::vector<std::string>{"line 2", "line 3"});
  set_log_sink([&](LogLevel, const std::string& text) { lines.push_back(text); }, LogLevel::off);
  log(LogLevel::error, "nobody wants to know");
  CHECK(lines.size() == 2);
}

TEST_CASE("a sink that throws loses its line and nothing else") {
  const Quiet quiet;
  int calls = 0;
  const auto sink = [&](LogLevel, const std::string&) {
    if (++calls == 1) throw std::runtime_error("a sink's own trouble");
    if (calls == 2) throw 5;
  };
  set_log_sink(sink, LogLevel::debug);
  for (int i = 0; i < 3; ++i) log(LogLevel::info, "line");
  CHECK(calls == 3);
}

TEST_CASE("what a sink logs itself is left out, and it may replace itself") {
  const Quiet quiet;
  std::vector<std::string> lines;
  const auto sink = [&](LogLevel, const std::string& text) {
    lines.push_back(text);
    log(LogLevel::error, "from the sink");
    if (text == "last") set_log_sink({}, LogLevel::off);
  };
  set_log_sink(sink, LogLevel::info);
  log(LogLevel::info, "first");
  log(LogLevel::info, "last");
  log(LogLevel::info, "nobody listens any more");
  CHECK(lines == std::vector<std::string>{"first", "last"});
}

TEST_CASE("a sink that waits for another thread's line does not wait for ever [host only]") {
  const Quiet quiet;
  std::atomic<int> inside{0};
  set_log_sink(
      [&](LogLevel, const std::string&) {
        ++inside;
        while (inside < 2) std::this_thread::yield();  // until the other thread is inside, too
      },
      LogLevel::info);
  std::thread other([] { log(LogLevel::info, "other"); });
  log(LogLevel::info, "one");
  other.join();
  CHECK(inside == 2);
}

}  // namespace rt3d

TEST_SUITE_END();
