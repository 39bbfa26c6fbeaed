// A small seeded generator (splitmix64) that gives the same numbers on every platform.
#pragma once

#include <cmath>
#include <cstdint>

namespace rt3d {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  // Uniform in [0, bound); bound > 0.
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(bound));
  }
  float uniform(float low, float high) {
    return low + (high - low) * (static_cast<float>(bits() >> 40) * 0x1p-24f);
  }
  float normal() {  // mean 0, deviation 1 (Box-Muller)
    const float u = (static_cast<float>(bits() >> 40) + 1.0f) * 0x1p-24f;
    const float v = static_cast<float>(bits() >> 40) * 0x1p-24f;
    return std::sqrt(-2.0f * std::log(u)) * std::cos(6.28318530718f * v);
  }

 private:
  std::uint64_t state_;
};

}  // namespace rt3d
