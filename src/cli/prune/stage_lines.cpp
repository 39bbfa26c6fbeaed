#include "cli/prune/stage_lines.h"

#include <unistd.h>

#include <cstdio>

#include "cli/parts/table.h"
#include "cli/parts/timing.h"

namespace rt3d::cli {
namespace {

constexpr std::int64_t kTellEveryNs = 20'000'000'000;  // where nothing grows

}  // namespace

StageLines::StageLines(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

void StageLines::operator()(const std::string& stage, std::size_t done, std::size_t all) {
  if (quiet_) return;
  const std::int64_t now = now_ns();
  if (stage != stage_) {
    stage_ = stage;
    began_ns_ = told_ns_ = now;
  }
  if (!terminal_ && done < all && now - told_ns_ < kTellEveryNs) return;
  told_ns_ = now;
  const std::string text = stage_text(stage, done, all, static_cast<double>(now - began_ns_) * 1e-9);
  std::fprintf(stderr, "%s%s%s", terminal_ ? "\r\x1b[K" : "", text.c_str(),
               done == all || !terminal_ ? "\n" : "");
  std::fflush(stderr);
}

std::string stage_text(const std::string& stage, std::size_t done, std::size_t all, double seconds) {
  std::string text = stage + " " + std::to_string(done) + "/" + std::to_string(all);
  if (done > 0 && done < all)
    text +=
        ", " + long_duration(seconds / static_cast<double>(done) * static_cast<double>(all - done)) + " left";
  return text;
}

}  // namespace rt3d::cli
