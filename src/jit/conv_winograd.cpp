#include "jit/conv_winograd.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/buffer.h"
#include "base/error.h"
#include "jit/conv_plan.h"
#include "jit/isa_family.h"
#include "jit/packing.h"
#include "jit/winograd_multiply.h"
#include "jit/winograd_plan.h"
#include "jit/winograd_schedule.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;

using CodePtr = std::shared_ptr<const Code>;

std::int32_t bytes(std::int64_t floats) { return static_cast<std::int32_t>(floats * 4); }

// Codes of one transform for every pair of a run along y and one along x.
struct Transforms {
  std::vector<TileRun> ys, xs;
  std::vector<int> y_of;       // the run of tile row y
  std::vector<CodePtr> codes;  // [y run][x run]

  const Code& code(std::int64_t y_run, std::size_t x_run) const {
    return *codes[static_cast<std::size_t>(y_run) * xs.size() + x_run];
  }
};

class WinogradKernel final : public Kernel {
 public:
  WinogradKernel(const KernelRequest& r, const WinogradMethod& method)
      : isa_(r.target.device.isa),
        in_(r.inputs[0]),
        out_(r.outputs[0]),
        has_residual_(r.problem.has_input(3)),
        residual_(has_residual_ ? r.inputs[3] : Placement{}),
        activation_(kernels::activation_of(r.problem.attributes)),
        p_(kernels::conv_shape(r.problem), method, winograd_cut(r.schedule), isa_lanes(isa_),
           winograd_rows(isa_, r.schedule.get("vecs"))),
        threads_(r.target.threads),
        multiply_(p_, r.target.device),
        scratch_floats_(transform_floats()) {
    if (method.s > 1) make_spatial();
    if (method.t > 1) make_temporal();
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) override {
    multiply_.prepare(*constants[1], pool);
    bias_ = padded_bias(constants, 2, p_.ocb * p_.lanes);
  }
  std::size_t packed_bytes() const override { return multiply_.packed_bytes() + bias_.bytes(); }

  std::size_t scratch_bytes() const override {
    const std::int64_t crews = p_.cut.shared ? 1 : threads_;
    return static_cast<std::size_t>(crews * crew_floats() + threads_ * worker_floats()) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const std::int64_t per_item = p_.blocks_t * p_.blocks_y, blocks = p_.s.n * per_item;
    const auto place = [&](std::int64_t b) {
      return Place{b / per_item, p_.block(b % per_item / p_.blocks_y, b % p_.blocks_y)};
    };
    if (p_.cut.shared) {
      const auto each = [&](std::int64_t count, auto&& body) {
        args.pool.run(count, std::forward<decltype(body)>(body));
      };
      for (std::int64_t b = 0; b < blocks; ++b) run_block(args, place(b), 0, each);
      return;
    }
    args.pool.run(blocks, [&](std::int64_t b, int worker) {
      const auto each = [&](std::int64_t count, auto&& body) {
        for (std::int64_t i = 0; i < count; ++i) body(i, worker);
      };
      run_block(args, place(b), worker, each);
    });
  }

 private:
  struct Place {
    std::int64_t n;
    WinogradPlan::Block b;
  };

  // ---- memory ----

  std::int64_t crew_floats() const { return p_.s_floats + p_.m_floats; }
  std::int64_t worker_floats() const {
    return p_.v_floats + p_.r_floats + multiply_.scratch_floats() + scratch_floats_;
  }
  std::int64_t transform_floats() const {
    return kernels::blocks(2 * std::max(p_.space->span, p_.space->n) * p_.lanes, 16) * 16;
  }
  float* crew(const RunArgs& args, int number) const {
    return reinterpret_cast<float*>(args.scratch) + number * crew_floats();
  }
  float* worker(const RunArgs& args, int number) const {
    return crew(args, p_.cut.shared ? 1 : threads_) + number * worker_floats();
  }

  // ---- code ----

  // The codes for every window of a tile, from `base` with the parts that depend on it.
  Transforms transforms(const TransformShape& base, std::vector<TileRun> ys, std::vector<TileRun> xs,
                        bool input) const {
    Transforms t{std::move(ys), std::move(xs), {}, {}};
    for (const TileRun& y : t.ys) {
      for (std::int64_t i = 0; i < y.count; ++i) t.y_of.push_back(static_cast<int>(&y - t.ys.data()));
      for (const TileRun& x : t.xs) {
        TransformShape shape = base;
        (input ? shape.read : shape.write) = {y.begin, y.end, x.begin, x.end};
        t.codes.push_back(transform(isa_, shape));
      }
    }
    return t;
  }

  void make_spatial() {
    const ConvShape& s = p_.s;
    const int n = p_.space->n, m = p_.method.s, span = p_.space->span;
    const std::int64_t step = m * s.sh;  // of a tile in the input
    const std::string label = cat(m, "k", s.kh, "s", s.sh);
    TransformShape in;
    in.label = cat("in", label);
    in.rows = in.cols = &p_.space->input;
    in.in = {bytes(in_.h), bytes(in_.block), bytes(step * in_.block)};
    in.out = {bytes(n * p_.s_point), bytes(p_.s_point), bytes(p_.lanes)};
    in.write = {0, n, 0, n};
    input_ = transforms(in, tile_runs(p_.ty, step, s.ph, span, s.ih),
                        tile_runs(p_.tx, step, s.pw, span, s.iw), true);

    TransformShape out;
    out.label = cat("out", label);
    out.rows = out.cols = &p_.space->output;
    out.in = {bytes(n * p_.m_point), bytes(p_.m_point), bytes(p_.lanes)};
    out.out = {bytes(out_.h), bytes(out_.block), bytes(static_cast<std::int64_t>(m) * out_.block)};
    out.read = {0, n, 0, n};
    finish(out, {bytes(residual_.h), bytes(residual_.block),
                 bytes(static_cast<std::int64_t>(m) * residual_.block)});
    output_ = transforms(out, tile_runs(p_.ty, m, 0, m, s.oh), tile_runs(p_.tx, m, 0, m, s.ow), false);
  }

  void make_temporal() {
    const ConvShape& s = p_.s;
    const int n = p_.time->n, m = p_.method.t;
    const std::string label = cat(m, "k", s.kd, "s", s.sd);
    const bool spatial = p_.method.s > 1;
    const std::vector<TileRun> one{{0, 1, 0, 1}};
    TransformShape pack;
    pack.label = cat("pack", label);
    pack.rows = &no_transform().input;
    pack.cols = &p_.time->input;
    pack.in = {0, bytes(spatial ? p_.tiles * p_.lanes : in_.d), bytes(p_.lanes)};
    pack.out = {0, bytes(p_.v_q), bytes(p_.lanes)};
    pack.write = {0, 1, 0, n};
    pack_ = transforms(pack, one, tile_runs(p_.tt, m * s.sd, s.pd, p_.time->span, s.id), true);

    TransformShape back;
    back.label = cat("back", label);
    back.rows = &no_transform().input;
    back.cols = &p_.time->output;
    back.in = {0, bytes(p_.r_q), bytes(p_.lanes)};
    back.out = {0, bytes(spatial ? p_.tiles * p_.lanes : out_.d), bytes(p_.lanes)};
    back.read = {0, 1, 0, n};
    if (!spatial) finish(back, {0, bytes(residual_.d), bytes(p_.lanes)});
    back_ = transforms(back, one, tile_runs(p_.tt, m, 0, m, s.od), false);
    for (const Transforms* t : {&pack_, &back_})
      for (const TileRun& x : t->xs)
        for (std::int64_t i = 0; i < x.count; ++i)
          (t == &pack_ ? pack_of_ : back_of_).push_back(static_cast<std::size_t>(&x - t->xs.data()));
  }

  void finish(TransformShape& shape, const TransformStrides& residual) const {
    shape.epilogue = true;
    shape.has_residual = has_residual_;
    if (has_residual_) shape.residual = residual;
    shape.activation = activation_;
  }

  // ---- running ----

  template <typename Each>
  void run_block(const RunArgs& args, const Place& place, int crew_number, const Each& each) const {
    const WinogradPlan::Block& b = place.b;
    float* s = crew(args, crew_number);
    float* m = s + p_.s_floats;
    const float* in = kernels::input_f32(args, 0) + place.n * in_.n;
    float* out = kernels::output_f32(args, 0) + place.n * out_.n;
    const float* residual = has_residual_ ? kernels::input_f32(args, 3) + place.n * residual_.n : nullptr;
    const bool spatial = p_.method.s > 1;
    const std::int64_t in_frames = b.f1 - b.f0, out_frames = b.o1 - b.o0;
    if (spatial)
      each(p_.icb * in_frames, [&](std::int64_t i, int w) {
        transform_input(b, in, s, i / in_frames, i % in_frames, worker(args, w));
      });
    each(p_.points, [&](std::int64_t point, int w) {
      float* v = worker(args, w) + scratch_floats_;
      float* r = v + p_.v_floats;
      float* late = r + p_.r_floats;
      if (p_.method.t == 1) {
        multiply_.run(b, point, s + point * p_.s_point, m + point * p_.m_point, late);
        return;
      }
      pack(b, spatial ? s + point * p_.s_point : in, v);
      multiply_.run(b, point, v, r, late);
      unpack(b, r, spatial ? m + point * p_.m_point : out, residual);
    });
    if (spatial)
      each(p_.ocb * out_frames, [&](std::int64_t i, int w) {
        transform_output(b, m, out, residual, i / out_frames, i % out_frames, worker(args, w));
      });
  }

  void transform_input(const WinogradPlan::Block& b, const float* in, float* s, std::int64_t icb,
                       std::int64_t frame, float* scratch) const {
    const ConvShape& c = p_.s;
    const std::int64_t step = p_.method.s * c.sh;
    for (std::int64_t y = b.y0; y < b.y1; ++y)
      for (std::size_t run = 0; run < input_.xs.size(); ++run) {
        const TileRun& x = input_.xs[run];
        TransformArgs t{};
        t.in = in + icb * in_.c + (b.f0 + frame) * in_.d + (y * step - c.ph) * in_.h +
               (x.first * step - c.pw) * in_.block;
        t.out = s + icb * p_.s_icb + frame * b.frame_stride + ((y - b.y0) * p_.tx + x.first) * p_.lanes;
        t.scratch = scratch;
        t.count = x.count;
        input_.code(input_.y_of[static_cast<std::size_t>(y)], run).call(&t);
      }
  }

  void transform_output(const WinogradPlan::Block& b, const float* m, float* out, const float* residual,
                        std::int64_t ocb, std::int64_t frame, float* scratch) const {
    const int step = p_.method.s;
    for (std::int64_t y = b.y0; y < b.y1; ++y)
      for (std::size_t run = 0; run < output_.xs.size(); ++run) {
        const TileRun& x = output_.xs[run];
        const auto at = [&](const Placement& p) {
          return ocb * p.c + (b.o0 + frame) * p.d + y * step * p.h + x.first * step * p.block;
        };
        TransformArgs t{};
        t.in = m + ocb * p_.m_ocb + frame * b.frame_stride + ((y - b.y0) * p_.tx + x.first) * p_.lanes;
        t.out = out + at(out_);
        t.bias = bias_.as<float>() + ocb * p_.lanes;
        if (residual) t.residual = residual + at(residual_);
        t.scratch = scratch;
        t.count = x.count;
        output_.code(output_.y_of[static_cast<std::size_t>(y)], run).call(&t);
      }
  }

  // Whether rows of pixels follow each other without a gap, so that those of a block can be taken as one.
  bool gapless(const Placement& p) const { return p_.method.s > 1 || p.h == p_.tx * p_.lanes; }

  // v[q][icb][depth tile][tile] from frames of S, or (s = 1) of the input.
  void pack(const WinogradPlan::Block& b, const float* from, float* v) const {
    const bool spatial = p_.method.s > 1;
    const std::int64_t rows = gapless(in_) ? 1 : b.y1 - b.y0;
    for (std::int64_t icb = 0; icb < p_.icb; ++icb)
      for (std::int64_t t = b.t0; t < b.t1; ++t) {
        const std::int64_t frame = t * p_.method.t * p_.s.sd - p_.s.pd;
        const float* source = spatial ? from + icb * p_.s_icb + (frame - b.f0) * b.frame_stride
                                      : from + icb * in_.c + frame * in_.d + b.y0 * in_.h;
        for (std::int64_t y = 0; y < rows; ++y) {
          TransformArgs a{};
          a.in = source + y * in_.h;
          a.out = v + icb * p_.v_icb + ((t - b.t0) * b.tiles + y * p_.tx) * p_.lanes;
          a.count = b.tiles / rows;
          pack_.code(0, pack_of_[static_cast<std::size_t>(t)]).call(&a);
        }
      }
  }

  // Frames of M, or (s = 1) of the output with its epilogue, from r[q][ocb][depth tile][tile].
  void unpack(const WinogradPlan::Block& b, const float* r, float* to, const float* residual) const {
    const bool spatial = p_.method.s > 1;
    const std::int64_t rows = gapless(out_) && (!residual || gapless(residual_)) ? 1 : b.y1 - b.y0;
    for (std::int64_t ocb = 0; ocb < p_.ocb; ++ocb)
      for (std::int64_t t = b.t0; t < b.t1; ++t)
        for (std::int64_t y = 0; y < rows; ++y) {
          const std::int64_t frame = t * p_.method.t;
          const auto at = [&](const Placement& p) { return ocb * p.c + frame * p.d + (b.y0 + y) * p.h; };
          TransformArgs a{};
          a.in = r + ocb * p_.r_ocb + ((t - b.t0) * b.tiles + y * p_.tx) * p_.lanes;
          a.out = to + (spatial ? ocb * p_.m_ocb + (frame - b.o0) * b.frame_stride : at(out_));
          a.bias = bias_.as<float>() + ocb * p_.lanes;
          if (residual) a.residual = residual + at(residual_);
          a.count = b.tiles / rows;
          back_.code(0, back_of_[static_cast<std::size_t>(t)]).call(&a);
        }
  }

  Isa isa_;
  Placement in_, out_;
  bool has_residual_;
  Placement residual_;
  kernels::Activation activation_;
  WinogradPlan p_;
  int threads_;
  WinogradMultiply multiply_;
  std::int64_t scratch_floats_;
  Transforms input_, output_, pack_, back_;
  std::vector<std::size_t> pack_of_, back_of_;  // the codes of a depth tile
  Buffer bias_;
};

class ConvWinograd final : public IsaFamily {
 public:
  ConvWinograd(WinogradMethod method, Isa isa)
      : IsaFamily(cat("conv.winograd.t", method.t, "s", method.s), 1, isa), method_(method) {}

  kernels::Accuracy accuracy() const override { return kernels::Accuracy::standard; }
  bool computes(const Problem& p) const override {
    return is_plain_conv(p) && winograd_computes(kernels::conv_shape(p), method_, lanes()) &&
           winograd_fits(isa(), kernels::conv_shape(p), method_, kernels::activation_of(p.attributes),
                         p.has_input(3));
  }
  Ports ports(const Problem& p, const Target&) const override {
    const Port blocked{lanes(), 0, 0};
    Ports ports{std::vector<Port>(p.inputs.size()), {blocked}};
    ports.inputs[0] = blocked;
    if (p.has_input(3)) ports.inputs[3] = blocked;
    return ports;
  }
  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    return winograd_space(kernels::conv_shape(p), method_, target);
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return winograd_estimate_ns(kernels::conv_shape(p), method_, winograd_cut(schedule), target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return winograd_weight_bytes(kernels::conv_shape(p), method_, winograd_cut(schedule), target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<WinogradKernel>(request, method_);
  }

 private:
  WinogradMethod method_;
};

}  // namespace

std::span<const kernels::KernelFamily* const> conv_winograd(Isa isa) {
  static const std::vector<std::vector<const kernels::KernelFamily*>> table = [] {
    constexpr std::array<WinogradMethod, 8> kMethods{
        {{1, 2}, {1, 4}, {2, 2}, {2, 4}, {4, 2}, {4, 4}, {2, 1}, {4, 1}}};
    static std::vector<ConvWinograd> families;
    families.reserve(3 * kMethods.size());
    std::vector<std::vector<const kernels::KernelFamily*>> rows(4);
    for (Isa each : {Isa::avx2, Isa::avx512, Isa::neon})
      for (const WinogradMethod& method : kMethods)
        rows[static_cast<std::size_t>(each)].push_back(&families.emplace_back(method, each));
    return rows;
  }();
  return table[static_cast<std::size_t>(isa)];
}

}  // namespace rt3d::jit
