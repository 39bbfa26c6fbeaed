#include "jit/stream/elementwise.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/buffer.h"
#include "base/error.h"
#include "jit/family/estimate.h"
#include "jit/family/isa_family.h"
#include "jit/stream/stream.h"
#include "kernels/broadcast.h"

namespace rt3d::jit {
namespace {

using kernels::Broadcast;
using kernels::Dims5;

struct OpRow {
  std::string_view op;
  StreamOp stream;
};
constexpr std::array<OpRow, 5> kOps{{{"Activation", StreamOp::copy},
                                     {"Add", StreamOp::add},
                                     {"Sub", StreamOp::sub},
                                     {"Mul", StreamOp::mul},
                                     {"Div", StreamOp::div}}};

class StreamKernel final : public Kernel {
 public:
  explicit StreamKernel(const KernelRequest& r)
      : isa_(r.target.device.isa),
        lanes_(isa_lanes(isa_)),
        blocked_(kernels::has_channel_blocks(r.problem)),
        shape_(r.problem.outputs[0].shape),
        out_(r.outputs[0]) {
    StreamShape shape;
    shape.op = std::find_if(kOps.begin(), kOps.end(), [&](const OpRow& row) {
                 return row.op == r.problem.op;
               })->stream;
    shape.activation = kernels::activation_of(r.problem.attributes);
    for (std::size_t i = 0; i < r.problem.inputs.size(); ++i) {
      operands_.push_back({*kernels::broadcast_of(r.problem, i), r.inputs[i], Buffer()});
      (i == 0 ? shape.a_repeats : shape.b_repeats) = operands_.back().role != Broadcast::whole;
    }
    code_ = stream(isa_, shape);
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool&) override {
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      if (!constants[i]) continue;
      const Tensor values = constants[i]->aligned_copy();
      const auto from = values.values<float>();
      const bool number = operands_[i].role == Broadcast::number;
      const std::size_t count =
          static_cast<std::size_t>(kernels::blocks(number ? 1 : values.elements(), lanes_) * lanes_);
      operands_[i].packed = Buffer(count * 4);
      std::fill_n(operands_[i].packed.as<float>(), count, 1.0f);  // unused lanes stay finite, as divisors too
      for (std::size_t c = 0; c < count; ++c)
        if (number || c < from.size()) operands_[i].packed.as<float>()[c] = from[number ? 0 : c];
    }
  }
  std::size_t packed_bytes() const override {
    std::size_t bytes = 0;
    for (const Operand& o : operands_) bytes += o.packed.bytes();
    return bytes;
  }

  void run(const RunArgs& args) const override {
    if (blocked_)
      run_blocked(args);
    else
      run_planar(args);
  }

 private:
  struct Operand {
    Broadcast role;
    Placement at;
    Buffer packed;
  };

  // Where the operand's vectors for (n, channel block c, plane d, row h) start.
  const float* source(const RunArgs& args, std::size_t i, std::int64_t n, std::int64_t c, std::int64_t d,
                      std::int64_t h) const {
    const Operand& o = operands_[i];
    switch (o.role) {
      case Broadcast::number: return o.packed.as<float>();
      case Broadcast::channel_constants: return o.packed.as<float>() + c * lanes_;
      case Broadcast::per_channel: return kernels::input_f32(args, i) + n * o.at.n + c * o.at.c;
      case Broadcast::whole:
        return kernels::input_f32(args, i) + n * o.at.n + c * o.at.c + d * o.at.d + h * o.at.h;
    }
    return nullptr;
  }

  void run_blocked(const RunArgs& args) const {
    const Dims5 s(shape_);
    bool dense = out_.halo_h == 0 && out_.halo_w == 0;  // then a plane is one run
    for (const Operand& o : operands_)
      if (o.role == Broadcast::whole && (o.at.halo_h != 0 || o.at.halo_w != 0)) dense = false;
    const std::int64_t rows = dense ? 1 : s.h, vectors = dense ? s.h * s.w : s.w;
    const std::int64_t channel_blocks = kernels::blocks(s.c, lanes_);
    args.pool.run(s.n * channel_blocks * s.d, [&](std::int64_t task, int) {
      const std::int64_t d = task % s.d, c = task / s.d % channel_blocks, n = task / s.d / channel_blocks;
      for (std::int64_t h = 0; h < rows; ++h) {
        const StreamArgs call{
            source(args, 0, n, c, d, h), operands_.size() > 1 ? source(args, 1, n, c, d, h) : nullptr,
            kernels::output_f32(args, 0) + n * out_.n + c * out_.c + d * out_.d + h * out_.h, vectors / 4,
            vectors % 4};
        code_->call(&call);
      }
    });
  }

  void run_planar(const RunArgs& args) const {
    const std::int64_t total = shape_.elements(), step = 4096;
    args.pool.run((total + step - 1) / step, [&](std::int64_t task, int) {
      const std::int64_t first = task * step, count = std::min(step, total - first);
      const auto at = [&](std::size_t i) {
        if (i >= operands_.size()) return static_cast<const float*>(nullptr);
        return operands_[i].role == Broadcast::whole ? kernels::input_f32(args, i) + first
                                                     : operands_[i].packed.as<float>();
      };
      float* out = kernels::output_f32(args, 0) + first;
      const std::int64_t vectors = count / lanes_;
      const StreamArgs call{at(0), at(1), out, vectors / 4, vectors % 4};
      if (vectors > 0) code_->call(&call);
      if (count % lanes_ != 0) run_tail(at(0), at(1), out, vectors * lanes_, count);
    });
  }

  // The last, partial vector goes through a copy.
  void run_tail(const float* a, const float* b, float* c, std::int64_t from, std::int64_t count) const {
    alignas(64) float left[16] = {}, right[16] = {}, result[16];
    const auto fill = [&](float* to, std::size_t i, const float* operand) {
      if (i >= operands_.size()) return;
      if (operands_[i].role == Broadcast::whole)
        std::copy(operand + from, operand + count, to);
      else
        std::copy_n(operand, lanes_, to);
    };
    fill(left, 0, a);
    std::fill_n(right, 16, 1.0f);  // unused lanes of a quotient stay finite
    fill(right, 1, b);
    const StreamArgs call{left, right, result, 0, 1};
    code_->call(&call);
    std::copy_n(result, count - from, c + from);
  }

  Isa isa_;
  int lanes_;
  bool blocked_;
  Shape shape_;
  Placement out_;
  std::vector<Operand> operands_;
  std::shared_ptr<const Code> code_;
};

class Elementwise final : public IsaFamily {
 public:
  explicit Elementwise(Isa isa) : IsaFamily("elementwise.stream", 1, isa) {}

  bool computes(const Problem& p) const override {
    if (p.outputs[0].shape.elements() == 0) return false;
    const auto row = std::find_if(kOps.begin(), kOps.end(), [&](const OpRow& r) { return r.op == p.op; });
    if (row == kOps.end() || p.inputs.size() != (row->stream == StreamOp::copy ? 1u : 2u)) return false;
    bool whole = false;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
      const std::optional<Broadcast> r = kernels::broadcast_of(p, i);
      if (!r) return false;
      whole = whole || *r == Broadcast::whole;
    }
    // A computed divisor's unused lanes may be zero, and no tensor may hold what is not finite.
    if (p.op == "Div" && kernels::has_channel_blocks(p) && !p.inputs[1].constant &&
        p.outputs[0].shape[1] % lanes() != 0)
      return false;
    return whole;
  }
  Ports ports(const Problem& p, const Target&) const override {
    const Port port{kernels::has_channel_blocks(p) ? lanes() : 1, 0, 0};
    return {std::vector<Port>(p.inputs.size(), port), {port}};
  }
  // Of the operands that are whole, and the stores: one number or one vector a channel stays in a register.
  kernels::Work least_work(const Problem& p, const Schedule&, const Target&) const override {
    const double tensors = 1 + kernels::whole_operands(p);
    return {.multiply_adds = 0, .bytes = static_cast<double>(p.outputs[0].shape.elements()) * 4 * tensors};
  }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const double bytes =
        static_cast<double>(p.outputs[0].shape.elements()) * 4 * static_cast<double>(p.inputs.size() + 1);
    return parallel_ns(fetch_cycles(target.device, bytes, bytes), target.threads, target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<StreamKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& elementwise_stream(Isa isa) { return per_isa<Elementwise>(isa); }

}  // namespace rt3d::jit
