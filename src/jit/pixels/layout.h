// Between the channel-blocked layout of tensors and [channel][pixel], where lanes are pixels: a block of channels of up to `lanes`
// pixels at a time, transposed in registers. x86-64 only.
//
//   to_pixels:    out[c · channel + p] = in[pixels[p]][c]
//   from_pixels:  out[pixels[p]][c] = act(in[c · channel + p] + bias[c] + residual[residual_pixels[p]][c])
//
// to_pixels writes whole vectors: behind the last pixel of a channel it leaves what comes. from_pixels reads whole vectors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "jit/asm/code.h"
#include "kernels/activation.h"

namespace rt3d::jit {

struct PixelLayoutArgs {
  const float* in;  // of pixel 0 or channel 0
  float* out;
  const float* bias;      // one vector; from_pixels only
  const float* residual;  // of pixel 0; read if the shape has one
};

struct PixelLayoutShape {
  std::vector<std::int32_t> pixels;  // bytes from pixel 0 to each, channel-blocked; at most `lanes`
  std::int32_t channel = 0;          // bytes from one channel to the next where lanes are pixels
  std::int32_t ahead = 0;            // to_pixels: from every pixel to a later call's, prefetched; 0: none
  bool has_residual = false;
  std::vector<std::int32_t> residual_pixels;
  kernels::Activation activation;

  std::string name() const;  // spells everything baked in
};

void emit_to_pixels(Asm& as, const PixelLayoutShape& shape);
void emit_from_pixels(Asm& as, const PixelLayoutShape& shape);
std::shared_ptr<const Code> to_pixels(Isa isa, const PixelLayoutShape& shape);
std::shared_ptr<const Code> from_pixels(Isa isa, const PixelLayoutShape& shape);

}  // namespace rt3d::jit
