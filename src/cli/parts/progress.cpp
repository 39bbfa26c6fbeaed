#include "cli/parts/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/parts/printable.h"
#include "cli/parts/short_problem.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"

namespace rt3d::cli {
namespace {

constexpr std::int64_t kRedrawNs = 100'000'000;
constexpr int kBarWidth = 20;

std::size_t terminal_columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

OverallProgress::OverallProgress(int jobs, double expected_ns)
    : jobs_(jobs), expected_ns_(expected_ns), start_ns_(now_ns()) {}

void OverallProgress::begin(const std::string& name, double expected_ns) {
  ++job_;
  before_ns_ += job_ns_;
  job_ns_ = expected_ns;
  name_ = name;
  if (isatty(STDERR_FILENO) != 1) std::fprintf(stderr, "tuning %s\n", printable(text(0)).c_str());
}

double OverallProgress::done(double of_job) const {
  if (expected_ns_ > 0) return (before_ns_ + of_job * job_ns_) / expected_ns_;
  return (job_ - 1 + of_job) / std::max(jobs_, 1);
}

// Expectations, corrected by how long what is done took beside them.
double OverallProgress::left_ns(double of_job) const {
  const double expected = before_ns_ + of_job * job_ns_, left = expected_ns_ - expected;
  constexpr double kTelling = 1e9;  // of expected time: before, nothing is known of this machine
  if (expected < kTelling) return left;
  return left * static_cast<double>(now_ns() - start_ns_) / expected;
}

std::string OverallProgress::text(double of_job) const {
  return std::to_string(job_) + "/" + std::to_string(jobs_) + " " + name_ + ", about " +
         long_duration(left_ns(of_job) * 1e-9) + " left";
}

TuningProgress::TuningProgress(bool quiet, const OverallProgress* overall)
    : quiet_(quiet), overall_(overall), terminal_(isatty(STDERR_FILENO) == 1) {}

TuningProgress::~TuningProgress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

int TuningProgress::callback(void* self, const rt3d_progress* progress) {
  auto& shown = *static_cast<TuningProgress*>(self);
  if (!shown.stops_when_asked_) shown.stops_when_asked_.emplace();
  if (shown.terminal_ && !shown.quiet_) {
    shown.draw(*progress);
  } else if (!shown.quiet_) {
    shown.print_finished(*progress);
  }
  return interruption_requested() ? 1 : 0;
}

void TuningProgress::draw(const rt3d_progress& progress) {
  if (last_drawn_ns_ >= 0 && progress.elapsed_ns - last_drawn_ns_ < kRedrawNs) return;
  last_drawn_ns_ = progress.elapsed_ns;
  const double part =
      progress.candidates_total > 0 ? double(progress.candidates_done) / progress.candidates_total : 0;
  const double of_job = (progress.layers_done + std::min(part, 1.0)) / std::max(progress.layers_total, 1);
  const double done = overall_ == nullptr ? of_job : overall_->done(of_job);
  const int filled = std::clamp(static_cast<int>(done * kBarWidth), 0, kBarWidth);
  std::string line = "tuning [" + std::string(static_cast<std::size_t>(filled), '#') +
                     std::string(static_cast<std::size_t>(kBarWidth - filled), '.') + "] ";
  if (overall_ != nullptr) line += overall_->text(of_job) + ", ";
  line += "layer " + std::to_string(std::min(progress.layers_done + 1, progress.layers_total)) + "/" +
          std::to_string(progress.layers_total);
  if (overall_ == nullptr)
    line += ", " + fixed(static_cast<double>(progress.remaining_ns) * 1e-9, 0) + " s left";
  if (progress.best_ns > 0) line += ", best " + duration(progress.best_ns);
  if (progress.layer != nullptr) line += "  " + printable(short_problem(progress.layer));
  line = first_columns(line, terminal_columns() - 1);
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  drawn_ = true;
}

void TuningProgress::print_layer(std::int32_t number) const {
  const std::string best = best_ns_ > 0 ? duration(best_ns_) : "not measured";
  std::fprintf(stderr, "tuned %d/%d  %s  %s\n", number, layers_total_,
               printable(short_problem(layer_)).c_str(), best.c_str());
}

// Of the last layer nobody hears that it is done.
void TuningProgress::finish() {
  const bool last = layers_done_ + 1 == layers_total_ && !layer_.empty();
  if (last && !terminal_ && !quiet_ && overall_ == nullptr) print_layer(layers_total_);
}

void TuningProgress::print_finished(const rt3d_progress& progress) {
  layers_total_ = progress.layers_total;
  if (progress.layers_done > layers_done_ && !layer_.empty() && overall_ == nullptr)
    print_layer(progress.layers_done);
  layers_done_ = progress.layers_done;
  layer_ = progress.layer == nullptr ? "" : progress.layer;
  best_ns_ = progress.best_ns;
}

}  // namespace rt3d::cli
