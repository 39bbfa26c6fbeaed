// The stream: c[i] = act(a[i] op b[i]) over a run of vectors, where each operand is a stream or one vector
// used throughout.
#pragma once

#include <memory>
#include <string>

#include "jit/asm/code.h"
#include "kernels/activation.h"

namespace rt3d::jit {

enum class StreamOp { copy, add, sub, mul, div };  // copy has no b

struct StreamArgs {
  const float* a;
  const float* b;
  float* c;
  std::int64_t quads;   // groups of four vectors, first
  std::int64_t single;  // vectors after them
};

struct StreamShape {
  StreamOp op = StreamOp::copy;
  bool a_repeats = false;  // a is one vector
  bool b_repeats = false;
  kernels::Activation activation;

  std::string name() const;
};

void emit_stream(Asm& as, const StreamShape& shape);
std::shared_ptr<const Code> stream(Isa isa, const StreamShape& shape);

}  // namespace rt3d::jit
