// One family's answers on extreme data against its promises.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "kernels/activation.h"
#include "kernels/activation_error.h"
#include "kernels/extremes.h"
#include "kernels/family_run.h"
#include "kernels/not_finite.h"
#include "kernels/promises.h"

namespace rt3d::tests {
namespace {

using kernels::Activation;
using kernels::KernelFamily;
using kernels::Problem;

constexpr float kMost = std::numeric_limits<float>::max();
constexpr double kTiny = 1e-36;  // what flushing denormals to zero may change, times a few
constexpr double kMostHalf = 65504, kInfiniteHalf = 65520;  // what is as large rounds to infinity

// ---- one element

class Judge {
 public:
  Judge(const Problem& p, const Promise& promise, const Extremes& e, bool keeps_denormals)
      : p_(p),
        promise_(promise),
        e_(e),
        keeps_denormals_(keeps_denormals && !multiplies(p)),
        act_(kernels::activation_of(p.attributes)),
        by_act_(activation_error(act_)) {
    if (p.op != "Conv" || !(promise.tile || promise.groups_share)) return;
    region_.emplace(p, promise);
    marks_ = region_->not_finite(e.inputs[0]);
    if (promise.tile) largest_ = region_->largest(e.widened);
  }

  bool operator()(float got, std::size_t i, ExtremesCount& count) const {
    const float want = at(e_.want, i);
    if (keeps_denormals_) {
      const float kept = at(e_.kept, i);
      const bool differs = !(kept == want || (std::isnan(kept) && std::isnan(want)));
      if (differs && (std::isfinite(kept) ? close(got, kept, magnitude_at(i)) : same(got, kept))) return true;
    }
    if (multiplies(p_) ? !reached(i) : std::isfinite(want)) return judge_finite(got, i, count);
    ++count.not_finite;
    return multiplies(p_) ? judge_reached(got, i) : same(got, want);
  }

 private:
  static float at(const Tensor& t, std::size_t i) { return t.values<float>()[i]; }
  bool same(float got, float want) const {
    return got == want || (std::isnan(got) && std::isnan(want)) ||
           within(got, want, 1e-6 * std::fabs(static_cast<double>(want)) + 1e-6);
  }
  // What is stored as a half is rounded once more, and infinite where it is too large.
  bool within(float got, float want, double allowed) const {
    if (!std::isfinite(want)) return false;
    const double w = static_cast<double>(want), size = std::fabs(w) + allowed;
    if (promise_.stored_halves && std::isinf(got) && size >= kInfiniteHalf)
      return std::signbit(got) == std::signbit(want);
    allowed += rounding(size);
    return std::fabs(static_cast<double>(got) - w) <= allowed;
  }
  double rounding(double size) const {
    return promise_.stored_halves ? std::max(std::ldexp(size, -11), 0x1p-25) : 0;
  }
  bool sums_overflow(float magnitude) const {
    return promise_.half_sums && !(2 * static_cast<double>(magnitude) < kMostHalf);
  }
  bool reached(std::size_t i) const { return at(e_.reach, i) > 0 || (region_ && marks_[region_->index(i)]); }
  float magnitude_at(std::size_t i) const {
    if (e_.magnitudes.byte_count() == 0) return 0;
    return largest_.empty() ? at(e_.magnitudes, i) : largest_[region_->index(i)];
  }
  double allowed(float want, float magnitude) const {
    const double exponentials = p_.op == "Softmax" ? 1e-6 * std::fabs(static_cast<double>(want)) : 0;
    return by_act_.of(promise_.error * static_cast<double>(magnitude), static_cast<double>(want)) +
           exponentials + kTiny;
  }
  bool close(float got, float want, float magnitude) const {
    return got == want || within(got, want, allowed(want, magnitude));
  }
  // Of a sum whose window, or that of its tile, holds what is not finite.
  bool judge_reached(float got, std::size_t i) const {
    const bool exact = !promise_.tile && !promise_.leaves_zeros && !promise_.groups_share;
    const bool zeros_in_transform = promise_.leaves_zeros && p_.attributes.has(kernels::kWinogradAttribute);
    const bool must = at(promise_.leaves_zeros ? e_.multiplied : e_.reach, i) > 0;
    const bool saturated = e_.data == Data::infinities && promise_.leaves_zeros &&
                           (same(got, apply(act_, kInfinity)) || same(got, apply(act_, -kInfinity)));
    if (zeros_in_transform && (saturated || std::isnan(got))) return true;
    if (zeros_in_transform || !must)
      return (!exact && std::isnan(got)) || close(got, at(e_.finite, i), magnitude_at(i));
    if (e_.data == Data::nans) return std::isnan(got);
    if (sums_overflow(magnitude_at(i))) return true;
    return saturated || same(got, at(e_.want, i)) || (!exact && std::isnan(got));
  }
  bool judge_finite(float got, std::size_t i, ExtremesCount& count) const {
    const float want = at(e_.finite, i), magnitude = magnitude_at(i);
    // Transforms enlarge what they add up; a window's average divides its sum in the end.
    const float growth = promise_.tile || averages(p_) ? 1e4f : 1.01f;
    if (!(magnitude < kMost / growth) || sums_overflow(magnitude)) {
      ++count.free;
      return true;
    }
    ++count.finite;
    if (magnitude > 0) {
      const double error = std::fabs(static_cast<double>(got) - want) - allowed(want, 0) -
                           rounding(std::fabs(static_cast<double>(want)));
      if (std::isfinite(got))
        count.largest_error =
            std::max(count.largest_error, error / by_act_.slope / static_cast<double>(magnitude));
    }
    return close(got, want, magnitude);
  }

  const Problem& p_;
  const Promise& promise_;
  const Extremes& e_;
  bool keeps_denormals_;  // or may
  Activation act_;
  ActivationError by_act_;
  std::optional<Region> region_;
  std::vector<bool> marks_;
  std::vector<float> largest_;
};

std::string first_difference(const Problem& p, const Promise& promise, const Extremes& e, const Tensor& got,
                             bool keeps_denormals, ExtremesCount& count) {
  const Judge judge(p, promise, e, keeps_denormals);
  std::string text;
  for (std::size_t i = 0; i < static_cast<std::size_t>(got.elements()); ++i) {
    const float value = got.values<float>()[i];
    if (judge(value, i, count) || !text.empty()) continue;
    const auto of = [&](const Tensor& t) { return t.byte_count() == 0 ? kNan : t.values<float>()[i]; };
    text = cat("element ", i, " is ", value, ", expected ", of(e.want), " (", of(e.finite),
               " without what is not finite), magnitude ", of(e.magnitudes), ", reached by ", of(e.reach));
  }
  return text;
}

}  // namespace

void check_extremes(const KernelFamily& family, const Problem& p, const kernels::Schedule& schedule,
                    const kernels::Target& target, ThreadPool& pool, const Extremes& whole,
                    ExtremesCount& count, kernels::Engine* engine) {
  ++count.checks;
  const Promise promised = promise(family, p, schedule, target);
  const Extremes& e = promised.stored_halves ? stored_as_halves(p, whole)
                      : promised.halves      ? as_halves(p, whole)
                                             : whole;
  const bool finite = e.data == Data::ordinary || e.data == Data::cancelling;
  std::string text;
  try {
    const FamilyRun run = run_family(family, p, schedule, target, pool, e.seed, whole.inputs,
                                     finite ? UnusedLanes::finite : UnusedLanes::anything, engine);
    text = run.fault.empty() ? first_difference(p, promised, e, run.outputs.at(0), engine != nullptr, count)
                             : run.fault;
  } catch (const Error& error) {
    text = cat("threw: ", error.what());
  }
  if (!text.empty()) ++count.failures;
  const std::string where =
      text.empty() ? ""
                   : cat(family.id(), " [", schedule.text(), "] on ", isa_name(target.device.isa), " with ",
                         data_name(whole.data), ", seed ", e.seed, ": '", p.text(), "': ", text);
  CHECK_MESSAGE(text.empty(), where);
}

}  // namespace rt3d::tests
