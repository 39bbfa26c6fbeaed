#include "runtime/planning/memory_plan.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"

namespace rt3d::runtime {
TEST_SUITE_BEGIN("runtime");

TEST_CASE("buffers that live at the same time never share memory") {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<Lifetime> buffers(static_cast<std::size_t>(1 + random.below(40)));
    for (Lifetime& b : buffers) {
      b.bytes = static_cast<std::size_t>(random.below(5000));
      b.first = static_cast<int>(random.below(30));
      b.last = b.first + static_cast<int>(random.below(10));
    }
    const MemoryPlan plan = plan_memory(buffers);
    int wrong = 0;
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      wrong += plan.offsets[i] % 64 != 0;
      wrong += plan.offsets[i] + buffers[i].bytes > plan.arena_bytes;
      for (std::size_t j = 0; j < i; ++j) {
        const bool together = buffers[i].first <= buffers[j].last && buffers[j].first <= buffers[i].last;
        const bool apart = plan.offsets[i] + buffers[i].bytes <= plan.offsets[j] ||
                           plan.offsets[j] + buffers[j].bytes <= plan.offsets[i];
        wrong += together && !apart;
      }
    }
    REQUIRE(wrong == 0);
    REQUIRE(plan.arena_bytes <= plan.tensor_bytes);
  }
}

TEST_CASE("a chain of equal buffers needs the memory of two") {
  std::vector<Lifetime> chain;
  chain.reserve(20);
  for (int i = 0; i < 20; ++i) chain.push_back({1024, i, i + 1});
  CHECK(plan_memory(chain).arena_bytes == 2048);
  CHECK(plan_memory(chain).tensor_bytes == 20 * 1024);
}

TEST_CASE(
    "thousands of buffers at once lie one behind the other, and a long chain still needs the memory of two") {
  std::vector<Lifetime> together(6000, {1000, 0, 9});
  const MemoryPlan plan = plan_memory(together);
  std::vector<std::size_t> offsets = plan.offsets;
  std::sort(offsets.begin(), offsets.end());
  for (std::size_t i = 0; i < offsets.size(); ++i) REQUIRE(offsets[i] == 1024 * i);
  CHECK(plan.arena_bytes == plan.tensor_bytes);
  std::vector<Lifetime> chain;
  chain.reserve(50000);
  for (int i = 0; i < 50000; ++i) chain.push_back({1024, i, i + 1});
  CHECK(plan_memory(chain).arena_bytes == 2048);
}

TEST_CASE("memory is reused by its own kind: each type of floats, and integers of any type") {
  Plan plan;
  for (int i = 0; i < 6; ++i)
    for (const DType dtype : {DType::f32, DType::f16, i % 2 ? DType::i64 : DType::boolean})
      plan.storages.push_back({.bytes = 4096, .dtype = dtype, .first_step = i, .last_step = i + 1});
  place_storages(plan);
  CHECK(plan.arena_bytes[0] == 3 * 2 * 4096);
  CHECK(plan.tensor_bytes == 18 * 4096);
  int apart = 0;
  for (const Storage& a : plan.storages)
    for (const Storage& b : plan.storages) {
      const bool floats = a.dtype == DType::f32 || a.dtype == DType::f16;
      if (!floats || a.dtype == b.dtype) continue;
      CHECK((a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset));
      ++apart;
    }
  CHECK(apart == 2 * 6 * 12);
}

TEST_CASE("no buffers need no memory") { CHECK(plan_memory({}).arena_bytes == 0); }

TEST_SUITE_END();
}  // namespace rt3d::runtime
