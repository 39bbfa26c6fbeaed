#include "runtime/running/nonfinite.h"

#include <cstring>

namespace rt3d::runtime {
namespace {

// `exponent`: the bits that are all set in what is not finite.
template <typename Bits>
std::int64_t count(std::span<const std::byte> bytes, Bits exponent) {
  std::int64_t found = 0;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Bits)) {
    Bits bits;
    std::memcpy(&bits, bytes.data() + at, sizeof(Bits));
    found += (bits & exponent) == exponent ? 1 : 0;
  }
  return found;
}

}  // namespace

std::int64_t nonfinite_values(std::span<const std::byte> bytes, DType dtype) {
  switch (dtype) {
    case DType::f32: return count<std::uint32_t>(bytes, 0x7f800000);
    case DType::f64: return count<std::uint64_t>(bytes, 0x7ff0000000000000);
    case DType::f16: return count<std::uint16_t>(bytes, 0x7c00);
    case DType::i64:
    case DType::i32:
    case DType::i8:
    case DType::u8:
    case DType::boolean: break;
  }
  return 0;
}

}  // namespace rt3d::runtime
