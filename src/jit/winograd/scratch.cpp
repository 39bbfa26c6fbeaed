#include "jit/winograd/scratch.h"

#include <algorithm>

namespace rt3d::jit {

WinogradScratch::WinogradScratch(const WinogradPlan& plan, int threads, std::int64_t late_floats)
    : workers_(threads),
      crews_(plan.cut.shared ? 1 : threads),
      s_floats_(plan.s_floats),
      v_floats_(plan.v_floats),
      r_floats_(plan.r_floats),
      // Two rows of the largest tile, in whole cache lines: the most that a transform spills.
      transform_floats_(kernels::blocks(2 * std::max(plan.space->span, plan.space->n) * plan.lanes, 16) * 16),
      crew_floats_(plan.s_floats + plan.m_floats),
      worker_floats_(transform_floats_ + plan.v_floats + plan.r_floats + late_floats) {}

std::size_t WinogradScratch::bytes() const {
  return static_cast<std::size_t>(crews_ * crew_floats_ + workers_ * worker_floats_) * sizeof(float);
}

WinogradScratch::Crew WinogradScratch::crew(std::byte* scratch, int number) const {
  float* first = reinterpret_cast<float*>(scratch) + number * crew_floats_;
  return {first, first + s_floats_};
}

WinogradScratch::Worker WinogradScratch::worker(std::byte* scratch, int number) const {
  float* transform = reinterpret_cast<float*>(scratch) + crews_ * crew_floats_ + number * worker_floats_;
  float* v = transform + transform_floats_;
  float* r = v + v_floats_;
  return {transform, v, r, r + r_floats_};
}

}  // namespace rt3d::jit
