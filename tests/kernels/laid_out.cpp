#include "kernels/laid_out.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace rt3d::tests {
namespace {
constexpr std::int64_t kGuard = 64;  // elements before and after
}  // namespace

LaidOut::LaidOut(const TensorDesc& desc, const kernels::Port& port, bool inside, float fill)
    : desc_(desc), dtype_(port.dtype), placement_(kernels::Placement::of(desc.shape, port)), fill_(fill) {
  const int rank = desc.shape.rank();
  const bool floats = desc.dtype == DType::f32 || desc.dtype == DType::f16;
  strided_ = floats && rank >= 2 && rank <= 5;
  if (!strided_) dtype_ = desc.dtype;
  first_ = kGuard;
  std::int64_t elements = desc.shape.elements();
  if (strided_) {
    const kernels::Dims5 s(desc.shape);
    if (inside && port.block > 1) {
      placement_.n += 2 * placement_.c;
      first_ += placement_.c;
    }
    elements = s.n * placement_.n;
  }
  whole_ = (elements + 2 * kGuard + 31) / 32 * 32;
  memory_ = Buffer(static_cast<std::size_t>(whole_) * dtype_bytes(dtype_));
  if (!strided_) {
    std::fill_n(memory_.as<std::uint8_t>(), memory_.bytes(), std::uint8_t{0x5a});
    return;
  }
  for (std::int64_t i = 0; i < whole_; ++i) set(i, fill);
  fill_ = element(0);
  mark_kinds();
}

float LaidOut::element(std::int64_t index) const {
  return dtype_ == DType::f16 ? half_to_float(memory_.as<std::uint16_t>()[index])
                              : memory_.as<float>()[index];
}

void LaidOut::set(std::int64_t index, float value) {
  if (dtype_ == DType::f16)
    memory_.as<std::uint16_t>()[index] = float_to_half(value);
  else
    memory_.as<float>()[index] = value;
}

std::byte* LaidOut::address() const {
  const std::int64_t element = first_ + (strided_ ? placement_.origin() : 0);
  return memory_.data() + element * static_cast<std::int64_t>(dtype_bytes(dtype_));
}

std::int64_t LaidOut::index_of(std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h,
                               std::int64_t w) const {
  const kernels::Placement& p = placement_;
  return first_ + p.origin() + n * p.n + c / p.block * p.c + d * p.d + h * p.h + w * p.block + c % p.block;
}

template <typename Visit>
void LaidOut::each_value(Visit&& visit) const {
  const kernels::Dims5 s(desc_.shape);
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t d = 0; d < s.d; ++d)
        for (std::int64_t h = 0; h < s.h; ++h)
          for (std::int64_t w = 0; w < s.w; ++w) visit(index_of(n, c, d, h, w));
}

// Outside, unless it belongs to a plane of the tensor; there halo, unless a pixel lies there.
void LaidOut::mark_kinds() {
  const kernels::Dims5 s(desc_.shape);
  const kernels::Placement& p = placement_;
  kinds_.assign(static_cast<std::size_t>(whole_), Kind::outside);
  const std::int64_t blocks = kernels::blocks(s.c, p.block);
  for (std::int64_t plane = 0; plane < s.n * blocks * s.d; ++plane) {
    const std::int64_t d = plane % s.d, block = plane / s.d % blocks, n = plane / s.d / blocks;
    const auto start = kinds_.begin() + first_ + n * p.n + block * p.c + d * p.d;
    std::fill_n(start, p.d, Kind::halo);
    const std::int64_t channels = std::min<std::int64_t>(p.block, s.c - block * p.block);
    for (std::int64_t pixel = 0; pixel < s.h * s.w; ++pixel) {
      const auto lanes = start + (pixel / s.w + p.halo_h) * p.h + (pixel % s.w + p.halo_w) * p.block;
      std::fill_n(lanes, p.block, Kind::lane);
      std::fill_n(lanes, channels, Kind::value);
    }
  }
}

void LaidOut::store(const Tensor& tensor) {
  if (!strided_) {
    if (!tensor.bytes().empty()) std::memcpy(address(), tensor.bytes().data(), tensor.bytes().size());
    return;
  }
  for (std::int64_t i = 0; i < whole_; ++i) {
    const Kind kind = kinds_[static_cast<std::size_t>(i)];
    if (kind == Kind::halo) set(i, 0);
    if (kind == Kind::lane) set(i, 3);
  }
  const Tensor floats = tensor.converted(DType::f32);
  each_value([&, from = floats.values<float>().data()](std::int64_t index) mutable { set(index, *from++); });
}

Tensor LaidOut::load() const {
  Tensor tensor = Tensor::allocate(strided_ ? TensorDesc{DType::f32, desc_.shape} : desc_);
  if (!strided_) {
    if (!tensor.bytes().empty()) std::memcpy(tensor.mutable_data(), address(), tensor.bytes().size());
    return tensor;
  }
  each_value([&, to = tensor.mutable_values<float>().data()](std::int64_t index) mutable {
    *to++ = element(index);
  });
  return tensor.converted(desc_.dtype);
}

std::string LaidOut::damage(bool finite_lanes) const {
  if (!strided_) return {};
  for (std::int64_t i = 0; i < whole_; ++i) {
    const Kind kind = kinds_[static_cast<std::size_t>(i)];
    const float value = element(i);
    const bool kept = std::bit_cast<std::uint32_t>(value) == std::bit_cast<std::uint32_t>(fill_);
    if (finite_lanes && kind == Kind::lane && !std::isfinite(value))
      return cat("lane at ", i - first_, " is not finite");
    if ((kind == Kind::halo || kind == Kind::outside) && !kept)
      return cat(kind == Kind::halo ? "the halo at " : "memory outside at ", i - first_,
                 " was overwritten with ", value);
  }
  return {};
}

}  // namespace rt3d::tests
