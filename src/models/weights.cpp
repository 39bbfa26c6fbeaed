#include "models/weights.h"

#include "base/checksum.h"
#include "base/random.h"

namespace rt3d::models {

Tensor uniform_tensor(std::uint64_t seed, std::string_view name, const Shape& shape, float low, float high) {
  Tensor tensor = Tensor::allocate({DType::f32, shape});
  const auto values = tensor.mutable_values<float>();
  // Two numbers of 24 bits from every 64-bit draw.
  constexpr float kUnit = 0x1p-24f;
  const float span = (high - low) * kUnit;
  Random random(checksum64(name) ^ (seed * 0x9e3779b97f4a7c15ull));
  std::size_t i = 0;
  for (; i + 1 < values.size(); i += 2) {
    const std::uint64_t bits = random.bits();
    values[i] = low + span * static_cast<float>(static_cast<std::int32_t>(bits >> 40));
    values[i + 1] = low + span * static_cast<float>(static_cast<std::int32_t>(bits & 0xffffff));
  }
  if (i < values.size()) values[i] = random.uniform(low, high);
  return tensor;
}

}  // namespace rt3d::models
