#include "jit/stream/stream.h"

#include <cstddef>
#include <vector>

#include "base/error.h"
#include "jit/asm/activation.h"

namespace rt3d::jit {
namespace {

constexpr Gp kA{1}, kB{2}, kC{3}, kCount{4};
constexpr int kUnroll = 4;
// Registers: kUnroll results, kUnroll right operands, the two repeated operands, the rest is the
// activation's.
constexpr Vec kRepeatedA{2 * kUnroll}, kRepeatedB{2 * kUnroll + 1};
constexpr int kFirstScratch = 2 * kUnroll + 2;

void combine(Asm& as, StreamOp op, Vec to, Vec a, Vec b) {
  if (op == StreamOp::add) as.add(to, a, b);
  if (op == StreamOp::sub) as.sub(to, a, b);
  if (op == StreamOp::mul) as.mul(to, a, b);
  if (op == StreamOp::div) as.div(to, a, b);
}

// `count` groups of `width` vectors, count in kCount.
void emit_loop(Asm& as, const StreamShape& s, int width) {
  const Label top = as.new_label(), done = as.new_label();
  as.jump_if_zero(kCount, done);
  as.bind(top);
  std::vector<Vec> values, scratch;
  for (int i = 0; i < width; ++i) {
    const Vec value{i}, right{kUnroll + i};
    values.push_back(value);
    if (!s.a_repeats) as.load(value, kA, i * as.vector_bytes());
    if (s.op != StreamOp::copy) {
      if (!s.b_repeats) as.load(right, kB, i * as.vector_bytes());
      combine(as, s.op, value, s.a_repeats ? kRepeatedA : value, s.b_repeats ? kRepeatedB : right);
    } else if (s.a_repeats) {
      as.copy(value, kRepeatedA);
    }
  }
  for (int i = kFirstScratch; i < as.vectors(); ++i) scratch.push_back({i});
  emit_activation(as, s.activation, values, scratch);
  for (int i = 0; i < width; ++i) as.store({i}, kC, i * as.vector_bytes());
  if (!s.a_repeats) as.add(kA, width * as.vector_bytes());
  if (!s.b_repeats && s.op != StreamOp::copy) as.add(kB, width * as.vector_bytes());
  as.add(kC, width * as.vector_bytes());
  as.decrement_and_loop(kCount, top);
  as.bind(done);
}

}  // namespace

std::string StreamShape::name() const {
  constexpr const char* kOps[] = {"copy", "add", "sub", "mul", "div"};
  return cat("stream_", kOps[static_cast<int>(op)], a_repeats ? "_one" : "_all",
             b_repeats ? "_one_" : "_all_", activation_label(activation));
}

void emit_stream(Asm& as, const StreamShape& s) {
  as.load_pointer(kA, kArgs, offsetof(StreamArgs, a));
  as.load_pointer(kB, kArgs, offsetof(StreamArgs, b));
  as.load_pointer(kC, kArgs, offsetof(StreamArgs, c));
  if (s.a_repeats) as.load(kRepeatedA, kA, 0);
  if (s.b_repeats && s.op != StreamOp::copy) as.load(kRepeatedB, kB, 0);
  as.load_pointer(kCount, kArgs, offsetof(StreamArgs, quads));
  emit_loop(as, s, kUnroll);
  as.load_pointer(kCount, kArgs, offsetof(StreamArgs, single));
  emit_loop(as, s, 1);
}

std::shared_ptr<const Code> stream(Isa isa, const StreamShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_stream(as, shape); });
}

}  // namespace rt3d::jit
