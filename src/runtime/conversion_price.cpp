#include "runtime/conversion_price.h"

#include <algorithm>
#include <limits>

namespace rt3d::runtime {
namespace {

// As rows "Reorder …" of `rt3d bench s3d.onnx --threads 1` show on a machine of 2026: bytes read and written per nanosecond and
// thread, where they stay in the last cache and where they do not; and what a step costs anyway.
constexpr double kCachedBytesPerNs = 16;
constexpr double kStreamedBytesPerNs = 9;
constexpr double kStepNs = 2000;
constexpr int kThreadsThatFillMemory = 4;

std::int64_t bytes_in(const TensorDesc& desc, Form form) {
  const int block = std::max(static_cast<int>(form), 1);
  const kernels::Dims5 s(desc.shape);
  return s.n * kernels::blocks(s.c, block) * block * s.d * s.h * s.w *
         static_cast<std::int64_t>(sizeof(float));
}

}  // namespace

Form form_of(const kernels::Port& port) {
  if (port.block == 1 && (port.halo_h > 0 || port.halo_w > 0)) return Form::planar_halo;
  return static_cast<Form>(port.block);
}

double conversion_ns(const TensorDesc& desc, Written written, Form wanted, const kernels::Target& target) {
  const bool planar = written.form == Form::planar || written.form == Form::planar_halo;
  if (written.form == wanted) return 0;
  if (planar && wanted == Form::planar) return 0;
  if (planar && wanted == Form::planar_halo && !written.rigid) return 0;
  const int rank = desc.shape.rank();
  if (desc.dtype != DType::f32 || rank < 2 || rank > 5) return std::numeric_limits<double>::infinity();
  const auto bytes = static_cast<double>(bytes_in(desc, written.form) + bytes_in(desc, wanted));
  const auto cache = static_cast<double>(std::max(target.device.l3_bytes, target.device.l2_bytes));
  const double rate = bytes <= cache / 2 ? kCachedBytesPerNs : kStreamedBytesPerNs;
  return kStepNs + bytes / (rate * std::min(target.threads, kThreadsThatFillMemory));
}

}  // namespace rt3d::runtime
