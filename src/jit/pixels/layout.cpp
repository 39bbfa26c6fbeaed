#include "jit/pixels/layout.h"

#include <cstddef>

#include "base/error.h"
#include "jit/asm/activation.h"
#include "jit/tile/tile.h"

namespace rt3d::jit {
namespace {

constexpr Gp kIn{1}, kOut{2}, kBias{3}, kResidual{4};

// `lanes` registers of rows, then as many to transpose with.
Vec row(int i) { return {i}; }

int count_of(const Asm& as, const PixelLayoutShape& s) {
  const int count = static_cast<int>(s.pixels.size());
  if (count < 1 || count > as.lanes() || as.vectors() < 2 * as.lanes())
    fail(rt3d::Code::internal, "cannot transpose ", count, " pixels");
  return count;
}

}  // namespace

std::string PixelLayoutShape::name() const {
  std::string text =
      cat("n", pixels.size(), "_p", distances(pixels), "_c", channel, "_", activation_label(activation));
  if (ahead) text += cat("_next", ahead);
  if (has_residual) text += cat("_res", distances(residual_pixels));
  return text;
}

void emit_to_pixels(Asm& as, const PixelLayoutShape& s) {
  const int count = count_of(as, s);
  as.load_pointer(kIn, kArgs, offsetof(PixelLayoutArgs, in));
  as.load_pointer(kOut, kArgs, offsetof(PixelLayoutArgs, out));
  for (int p = 0; p < as.lanes(); ++p)
    if (p < count)
      as.load(row(p), kIn, s.pixels[static_cast<std::size_t>(p)]);
    else
      as.copy(row(p), row(count - 1));
  if (s.ahead)
    for (int p = 0; p < count; ++p) as.prefetch(kIn, s.pixels[static_cast<std::size_t>(p)] + s.ahead);
  const Vec result = as.transpose(row(0), row(as.lanes()));
  for (int c = 0; c < as.lanes(); ++c) as.store({result.id + c}, kOut, c * s.channel);
}

void emit_from_pixels(Asm& as, const PixelLayoutShape& s) {
  const int count = count_of(as, s);
  as.load_pointer(kIn, kArgs, offsetof(PixelLayoutArgs, in));
  as.load_pointer(kOut, kArgs, offsetof(PixelLayoutArgs, out));
  as.load_pointer(kBias, kArgs, offsetof(PixelLayoutArgs, bias));
  for (int c = 0; c < as.lanes(); ++c) as.load(row(c), kIn, c * s.channel);
  const int first = as.transpose(row(0), row(as.lanes())).id;
  std::vector<Vec> values, scratch;
  for (int i = 0; i < as.vectors(); ++i)
    if (i >= first && i < first + count)
      values.push_back({i});
    else
      scratch.push_back({i});
  as.load(scratch[0], kBias, 0);
  for (const Vec value : values) as.add(value, value, scratch[0]);
  if (s.has_residual) {
    as.load_pointer(kResidual, kArgs, offsetof(PixelLayoutArgs, residual));
    for (std::size_t p = 0; p < values.size(); ++p)
      as.add_load(values[p], kResidual, s.residual_pixels[p], scratch[0]);
  }
  emit_activation(as, s.activation, values, scratch);
  for (std::size_t p = 0; p < values.size(); ++p) as.store(values[p], kOut, s.pixels[p]);
}

std::shared_ptr<const Code> to_pixels(Isa isa, const PixelLayoutShape& shape) {
  return generate("to_pixels_" + shape.name(), isa, [&](Asm& as) { emit_to_pixels(as, shape); });
}

std::shared_ptr<const Code> from_pixels(Isa isa, const PixelLayoutShape& shape) {
  return generate("from_pixels_" + shape.name(), isa, [&](Asm& as) { emit_from_pixels(as, shape); });
}

}  // namespace rt3d::jit
