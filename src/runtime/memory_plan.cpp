#include "runtime/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace rt3d::runtime {
namespace {

constexpr std::size_t kAlignment = 64;

std::size_t rounded(std::size_t bytes) {
  return (std::max<std::size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
}

bool meet(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

struct Range {
  std::size_t begin, end;
};

// The start of the smallest gap between the taken ranges that holds `bytes`, or their end.
std::size_t best_fit(std::vector<Range>& taken, std::size_t bytes) {
  std::sort(taken.begin(), taken.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  std::size_t top = 0, best = 0, best_gap = 0;
  bool found = false;
  for (const Range& range : taken) {
    if (range.begin >= top + bytes && (!found || range.begin - top < best_gap)) {
      found = true;
      best = top;
      best_gap = range.begin - top;
    }
    top = std::max(top, range.end);
  }
  return found ? best : top;
}

}  // namespace

MemoryPlan plan_memory(const std::vector<Lifetime>& buffers) {
  MemoryPlan plan;
  plan.offsets.resize(buffers.size());
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers[a].bytes > buffers[b].bytes; });
  std::vector<std::size_t> placed;
  for (std::size_t i : order) {
    std::vector<Range> taken;
    for (std::size_t other : placed)
      if (meet(buffers[i], buffers[other]))
        taken.push_back({plan.offsets[other], plan.offsets[other] + rounded(buffers[other].bytes)});
    const std::size_t bytes = rounded(buffers[i].bytes);
    plan.offsets[i] = best_fit(taken, bytes);
    plan.arena_bytes = std::max(plan.arena_bytes, plan.offsets[i] + bytes);
    plan.tensor_bytes += bytes;
    placed.push_back(i);
  }
  return plan;
}

void place_storages(Plan& plan) {
  std::vector<Lifetime> lifetimes;
  lifetimes.reserve(plan.storages.size());
  for (const Storage& s : plan.storages) lifetimes.push_back({s.bytes, s.first_step, s.last_step});
  const MemoryPlan memory = plan_memory(lifetimes);
  for (std::size_t i = 0; i < plan.storages.size(); ++i) plan.storages[i].offset = memory.offsets[i];
  plan.arena_bytes = memory.arena_bytes;
  plan.tensor_bytes = memory.tensor_bytes;
}

}  // namespace rt3d::runtime
