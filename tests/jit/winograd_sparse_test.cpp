// Which units a Winograd convolution keeps of weights with structured zeros, and that skipping the others changes nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "isas_here.h"
#include "jit/jit.h"
#include "jit/winograd/schedule.h"
#include "jit/winograd/units.h"
#include "kernels/laid_out.h"
#include "kernels/ref/ref.h"
#include "kernels/winograd_weights.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using jit::WinogradCut;
using jit::WinogradPlan;
using jit::WinogradUnits;
using kernels::KernelFamily;
using kernels::Pattern;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  Random random(seed);
  Tensor t = Tensor::allocate({DType::f32, shape});
  for (float& v : t.mutable_values<float>()) v = random.uniform(0.5f, 1.0f);
  return t;
}

kernels::ConvShape shape_of(std::int64_t ic, std::int64_t oc) {
  kernels::ConvShape s;
  s.ic = ic;
  s.oc = oc;
  s.id = s.od = 8;
  s.ih = s.oh = s.iw = s.ow = 12;
  s.kd = s.kh = s.kw = 3;
  s.pd = s.ph = s.pw = s.pd2 = s.ph2 = s.pw2 = 1;
  return s;
}

struct Units {
  Units(const Tensor& weights, const WinogradTile& tile, const WinogradCut& cut)
      : plan(shape_of(weights.shape()[1], weights.shape()[0]), tile, cut, 16, 14),
        units(plan, kernels::pattern_of(weights, cut.vecs * plan.lanes, cut.depth), false) {}
  std::int64_t count(std::int64_t point, std::int64_t plane, std::int64_t panel) const {
    return units.count(units.list(point, plane, panel));
  }
  WinogradPlan plan;
  WinogradUnits units;
};

const KernelFamily& family_named(const std::string& id) {
  for (const KernelFamily* family : jit::families())
    if (family->id() == id) return *family;
  fail(Code::internal, "no family ", id);
}

struct Result {
  Tensor output;
  std::size_t bytes;
};

Result compute(const KernelFamily& family, const Problem& p, const Schedule& schedule, const Target& target,
               const std::vector<Tensor>& inputs) {
  ThreadPool pool(target.threads);
  const kernels::Ports ports = family.ports(p, target);
  LaidOut in(p.inputs[0].desc, ports.inputs[0], false, 0), out(p.outputs[0], ports.outputs[0], false, 0);
  in.store(inputs[0]);
  const auto kernel = family.compile({p, schedule, target, {in.placement(), {}}, {out.placement()}});
  const Tensor* constants[] = {nullptr, &inputs[1]};
  kernel->prepare(constants, pool);
  const Buffer scratch(kernel->scratch_bytes());
  kernels::Place in_addresses[] = {in.address(), {}};
  kernels::Place out_addresses[] = {out.address()};
  kernel->run({in_addresses, out_addresses, scratch.data(), pool});
  return {out.load(), kernel->packed_bytes()};
}

}  // namespace

TEST_CASE("kernels that vanish as groups are missing at every point") {
  Tensor weights = random_tensor({32, 16, 3, 3, 3}, 1);
  Pattern pattern(weights.shape(), 16, 4);
  for (std::int64_t p = 0; p < 27; ++p) {
    pattern.set(0, 1, p, false);
    for (std::int64_t g = 0; g < 4; ++g) pattern.set(1, g, p, false);
  }
  kernels::prune(weights, pattern);
  for (const bool late : {false, true}) {
    const Units u(weights, {4, 4}, {1, 1, 1, false, late, 4});
    for (std::int64_t point = 0; point < u.plan.points; ++point)
      for (int plane = 0; plane < u.plan.list_planes(); ++plane) {
        CHECK(u.count(point, plane, 0) == 3);
        CHECK(u.count(point, plane, 1) == 0);
      }
    CHECK(u.units.floats() == u.plan.weight_floats() * 3 / 8);
  }
}

TEST_CASE("whole kernel planes that vanish are taps that are missing where depth is not transformed") {
  Tensor weights = random_tensor({16, 8, 3, 3, 3}, 2);
  Pattern pattern(weights.shape(), 16, 4);
  for (std::int64_t p = 9; p < 18; ++p) pattern.set(0, 0, p, false);  // of group 0 the middle plane
  kernels::prune(weights, pattern);
  const Units planes(weights, {1, 4}, {1, 1, 1, false, false, 4});
  for (std::int64_t point = 0; point < planes.plan.points; ++point) CHECK(planes.count(point, 0, 0) == 5);
  const Units both(weights, {2, 4}, {1, 1, 1, false, false, 4});  // other planes keep every temporal point
  CHECK(both.units.floats() == both.plan.weight_floats());
}

TEST_CASE("a point of the transform is missing where all positions that it depends on are") {
  Tensor weights = random_tensor({16, 4, 1, 3, 3}, 3);
  Pattern pattern(weights.shape(), 16, 4);
  pattern.set(0, 0, 0, false);                                   // the corner: all that the point (0, 0) sees
  for (std::int64_t p : {2, 5, 8}) pattern.set(0, 0, p, false);  // a column: all that x at infinity sees
  kernels::prune(weights, pattern);
  kernels::ConvShape s = shape_of(4, 16);
  s.kd = 1;
  s.pd = s.pd2 = 0;
  const WinogradPlan plan(s, {1, 2}, {1, 1, 1, false, false, 4}, 16, 14);
  const WinogradUnits units(plan, pattern, false);
  for (std::int64_t y = 0; y < 4; ++y)
    for (std::int64_t x = 0; x < 4; ++x)
      CHECK(units.count(units.list(y * 4 + x, 0, 0)) == (x == 3 || (x == 0 && y == 0) ? 0 : 1));
}

TEST_CASE("the share of units that is expected is what random patterns leave") {
  const auto share = [](const kernels::Sparsity& sparsity, const WinogradTile& tile, int vecs) {
    Tensor weights = random_tensor({64, 64, 3, 3, 3}, 4);
    kernels::prune(weights, kernels::random_pattern(weights.shape(), sparsity.scheme, sparsity.gm,
                                                    sparsity.gn, sparsity.kept(), 5));
    const WinogradCut cut{vecs, 1, 1, false, false, 4};
    const Units u(weights, tile, cut);
    const double expected = winograd_kept({u.plan.s, tile, sparsity, false}, cut, 16);
    const double found = static_cast<double>(u.units.floats()) / static_cast<double>(u.plan.weight_floats());
    CHECK(found == doctest::Approx(expected).epsilon(0.08));
  };
  using kernels::Scheme;
  share({Scheme::vanilla, 32, 4, 28}, {4, 4}, 2);
  share({Scheme::vanilla, 16, 4, 50}, {2, 4}, 1);
  share({Scheme::vanilla, 8, 4, 28}, {4, 4}, 1);  // panels of two groups
  share({Scheme::kgs, 16, 4, 10}, {1, 4}, 1);
  share({Scheme::kgs, 32, 4, 20}, {1, 2}, 2);
  share({Scheme::kgs, 32, 4, 3}, {4, 2}, 2);
}

TEST_CASE("sparse Winograd computes bit by bit what dense does, from less memory") {
  const Problem p = kernels::parse_problem(
      "Conv 1x64x4x12x12,c64x64x3x3x3 -> 1x64x4x12x12 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
      "sparsity=vanilla:32x4:28% strides=1x1x1");
  std::vector<Tensor> inputs{random_tensor(p.input_shape(0), 6), random_tensor(p.input_shape(1), 7)};
  kernels::prune(inputs[1],
                 kernels::random_pattern(inputs[1].shape(), kernels::Scheme::vanilla, 32, 4, 0.28, 8));
  for (Isa isa : isas_here()) {
    const Target target{device_with(isa), 1};
    for (const char* tile : {"t2s4", "t4s4"})
      for (int late = 0; late <= 1; ++late) {
        const Schedule schedule{
            {"vecs", 2}, {"depth_tiles", 1}, {"tile_rows", 3}, {"shared", 0}, {"late", late}};
        const std::string end = cat(tile, ".", isa_name(isa));
        const Result dense = compute(family_named("conv.winograd." + end), p, schedule, target, inputs);
        const KernelFamily& family = family_named("conv.winograd_sparse." + end);
        const Result sparse = compute(family, p, schedule, target, inputs);
        const auto a = dense.output.values<float>(), b = sparse.output.values<float>();
        CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
        CHECK(static_cast<double>(sparse.bytes) < 0.32 * static_cast<double>(dense.bytes));
        CHECK(static_cast<double>(sparse.bytes) ==
              doctest::Approx(static_cast<double>(family.packed_bytes(p, schedule, target))).epsilon(0.1));
      }
  }
}

TEST_CASE("weights in the transform domain are computed by the families of their tile alone") {
  const Problem p = kernels::parse_problem(
      "Conv 1x32x4x8x8,c32x32x3x3x3,-,-,c32x32x4x6x6 -> 1x32x4x8x8 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
      "sparsity=kgs:16x4:28% strides=1x1x1 winograd=t2s4");
  for (Isa isa : isas_here()) {
    std::vector<std::string> ids;
    for (const KernelFamily* family : jit::families())
      if (family->supports(p, {device_with(isa), 1})) ids.emplace_back(family->id());
    const std::string end = cat("t2s4.", isa_name(isa));
    CHECK(ids == std::vector<std::string>{"conv.winograd." + end, "conv.winograd_sparse." + end});
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
