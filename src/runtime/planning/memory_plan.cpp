#include "runtime/planning/memory_plan.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace rt3d::runtime {
namespace {

constexpr std::size_t kAlignment = 64;

std::size_t rounded(std::size_t bytes) {
  return (std::max<std::size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
}

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

// Storages of one kind may take each other's place (plan.h): the types of floats, and one for all integers.
constexpr DType kKinds[] = {DType::f32, DType::f64, DType::f16, DType::u8};
DType kind_of(DType dtype) {
  const bool floats = dtype == DType::f32 || dtype == DType::f64 || dtype == DType::f16;
  return floats ? dtype : DType::u8;
}

// What is placed already, found by the steps at which it is needed without looking at all of it: two trees
// over the steps, of where buffers begin and of what they cover.
class Placed {
 public:
  explicit Placed(int steps)
      : leaves_(std::bit_ceil(static_cast<std::size_t>(steps))), begun_(2 * leaves_), covered_(2 * leaves_) {}

  void add(const Lifetime& buffer, Range range) {
    const auto put = [&](Cell& cell) {
      cell.ranges.push_back(range);
      cell.top = std::max(cell.top, range.end);
    };
    for (std::size_t at = leaf(buffer.first); at > 0; at /= 2) put(begun_[at]);
    parts(leaf(buffer.first), leaf(buffer.last), [&](std::size_t at) { put(covered_[at]); });
  }

  // Where `bytes` fit beside all buffers that are needed at the same time as this one. Behind them all where
  // they are very many: looking for gaps would take the square of their number.
  std::size_t place(const Lifetime& buffer, std::size_t bytes) const {
    constexpr std::size_t kManyRanges = 4096;
    std::vector<Range> taken;
    std::size_t count = 0, top = 0;
    const auto take = [&](const Cell& cell) {
      count += cell.ranges.size();
      top = std::max(top, cell.top);
      if (count <= kManyRanges) taken.insert(taken.end(), cell.ranges.begin(), cell.ranges.end());
    };
    for (std::size_t at = leaf(buffer.first); at > 0; at /= 2) take(covered_[at]);
    parts(leaf(buffer.first) + 1, leaf(buffer.last), [&](std::size_t at) { take(begun_[at]); });
    return count <= kManyRanges ? best_fit(taken, bytes) : top;
  }

 private:
  struct Cell {
    std::vector<Range> ranges;
    std::size_t top = 0;
  };

  std::size_t leaf(int step) const { return leaves_ + static_cast<std::size_t>(step); }
  // The fewest cells that together are the leaves from `first` to `last`.
  template <typename Visit>
  static void parts(std::size_t first, std::size_t last, const Visit& visit) {
    for (std::size_t end = last + 1; first < end; first /= 2, end /= 2) {
      if (first % 2 == 1) visit(first++);
      if (end % 2 == 1) visit(--end);
    }
  }

  std::size_t leaves_;
  std::vector<Cell> begun_, covered_;
};

}  // namespace

MemoryPlan plan_memory(const std::vector<Lifetime>& buffers) {
  MemoryPlan plan;
  plan.offsets.resize(buffers.size());
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers[a].bytes > buffers[b].bytes; });
  int steps = 1;
  for (const Lifetime& buffer : buffers) steps = std::max(steps, buffer.last + 1);
  Placed placed(steps);
  for (std::size_t i : order) {
    const std::size_t bytes = rounded(buffers[i].bytes);
    plan.offsets[i] = placed.place(buffers[i], bytes);
    placed.add(buffers[i], {plan.offsets[i], plan.offsets[i] + bytes});
    plan.arena_bytes = std::max(plan.arena_bytes, plan.offsets[i] + bytes);
    plan.tensor_bytes += bytes;
  }
  return plan;
}

void place_storages(Plan& plan) {
  plan.arena_bytes = {};
  plan.tensor_bytes = 0;
  for (int space = 0; space < kernels::kSpaces; ++space)
    for (const DType kind : kKinds) {
      std::vector<Storage*> placed;
      std::vector<Lifetime> lifetimes;
      for (Storage& s : plan.storages) {
        if (s.space != static_cast<kernels::Space>(space) || kind_of(s.dtype) != kind) continue;
        placed.push_back(&s);
        lifetimes.push_back({s.bytes, s.first_step, s.last_step});
      }
      const MemoryPlan memory = plan_memory(lifetimes);
      std::size_t& arena = plan.arena_bytes[static_cast<std::size_t>(space)];
      for (std::size_t i = 0; i < placed.size(); ++i) placed[i]->offset = arena + memory.offsets[i];
      arena += memory.arena_bytes;
      plan.tensor_bytes += memory.tensor_bytes;
    }
}

}  // namespace rt3d::runtime
