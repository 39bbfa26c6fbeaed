#include "cli/prune/time_correction.h"

#include <cmath>
#include <limits>

namespace rt3d::cli {
namespace {

constexpr double kCloseEnough = 0.015;  // of the target

}  // namespace

void correct(double aim, std::size_t tries, const StageProgress& progress,
             const std::function<void(double)>& choose, const std::function<double()>& excess) {
  double best = aim, best_error = std::numeric_limits<double>::infinity();
  double too_little = 0, too_much = 1;  // of the dense model's time
  for (std::size_t i = 0; i < tries && best_error > kCloseEnough; ++i) {
    progress("measured choices", i, tries);
    choose(aim);
    const double factor = excess(), error = std::fabs(std::log(factor));
    if (error < best_error) {
      best_error = error;
      best = aim;
    }
    (factor > 1 ? too_much : too_little) = aim;
    aim /= factor;
    // Where times change in steps, as with whole filters, halving comes closer.
    if (aim <= too_little || aim >= too_much) aim = (too_little + too_much) / 2;
  }
  progress("measured choices", tries, tries);
  choose(best);
}

}  // namespace rt3d::cli
