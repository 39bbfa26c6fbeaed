// The transforms of Winograd's convolution, the programs made of them, and how far results are from double precision.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/random.h"
#include "isas_here.h"
#include "jit/jit.h"
#include "jit/winograd/linear_program.h"
#include "jit/winograd/plan.h"
#include "kernels/laid_out.h"
#include "kernels/ref/ref.h"
#include "kernels/winograd_points.h"
#include "skip.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using jit::LinearOp;
using jit::LinearProgram;
using kernels::KernelFamily;
using kernels::LinearMap;
using kernels::Problem;
using kernels::Target;

std::vector<double> times(const LinearMap& map, const std::vector<double>& x) {
  std::vector<double> y(static_cast<std::size_t>(map.outputs));
  for (int i = 0; i < map.outputs; ++i)
    for (int j = 0; j < map.inputs; ++j)
      y[static_cast<std::size_t>(i)] += map.at(i, j) * x[static_cast<std::size_t>(j)];
  return y;
}

std::vector<double> random_values(int count, Random& random) {
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) out.push_back(static_cast<double>(random.below(2001) - 1000) / 1000);
  return out;
}

// What the program computes, instruction by instruction; outputs that it does not give are NaN.
std::vector<double> interpret(const LinearProgram& p, const LinearMap& map, const std::vector<double>& x) {
  std::vector<double> r(static_cast<std::size_t>(p.registers()), NAN),
      y(static_cast<std::size_t>(map.outputs), NAN);
  for (std::size_t i = 0; i < p.used_inputs().size(); ++i)
    r[i] = x[static_cast<std::size_t>(p.used_inputs()[i])];
  const auto c = [&](int i) { return static_cast<double>(p.constants()[static_cast<std::size_t>(i)]); };
  for (const LinearOp& op : p.ops()) {
    const double a = op.kind == LinearOp::zero ? 0 : r[static_cast<std::size_t>(op.a)];
    const auto b = [&] { return r[static_cast<std::size_t>(op.b)]; };
    if (op.kind == LinearOp::give) {
      y[static_cast<std::size_t>(op.dst)] = a;
      r[static_cast<std::size_t>(op.a)] = NAN;  // whoever takes it may clobber it
      continue;
    }
    double& to = r[static_cast<std::size_t>(op.dst)];
    switch (op.kind) {
      case LinearOp::zero:
      case LinearOp::copy: to = a; break;
      case LinearOp::add: to = a + b(); break;
      case LinearOp::sub: to = a - b(); break;
      case LinearOp::mul: to = a * c(op.b); break;
      case LinearOp::fma: to += a * c(op.b); break;
      case LinearOp::give: break;
    }
  }
  return y;
}

struct Known {
  int m, r, stride;
};
constexpr Known kTransforms[] = {{2, 3, 1}, {4, 3, 1}, {2, 3, 2}, {4, 3, 2}, {4, 7, 2}};

// Errors relative to the output's root mean square that single precision stays below, with normal inputs after a
// ReLU and 64 input channels; docs/accuracy.md has what was measured.
const std::map<std::string, double> kWinogradBounds{
    {"conv.direct", 1e-5},        {"conv.winograd.t1s2", 1e-5}, {"conv.winograd.t1s4", 3e-5},
    {"conv.winograd.t2s2", 1e-5}, {"conv.winograd.t2s4", 2e-5}, {"conv.winograd.t4s2", 1e-5},
    {"conv.winograd.t4s4", 4e-5}};

Tensor normal(const Shape& shape, double scale, bool relu, Random& random) {
  Tensor t = Tensor::allocate({DType::f32, shape});
  for (float& v : t.mutable_values<float>()) {
    const double x = static_cast<double>(random.normal()) * scale;
    v = static_cast<float>(relu ? std::fmax(x, 0) : x);
  }
  return t;
}

double relative_error(const KernelFamily& family, const Problem& p, const Target& target, ThreadPool& pool,
                      const std::vector<Tensor>& inputs, const Tensor& want) {
  const kernels::Ports ports = family.ports(p, target);
  LaidOut in(p.inputs[0].desc, ports.inputs[0], false, 0), out(p.outputs[0], ports.outputs[0], false, 0);
  in.store(inputs[0]);
  const kernels::Schedule schedule = family.space(p, target).front();
  const auto kernel = family.compile({p, schedule, target, {in.placement(), {}, {}}, {out.placement()}});
  const Tensor* constants[] = {nullptr, &inputs[1], &inputs[2]};
  kernel->prepare(constants, pool);
  const Buffer scratch(kernel->scratch_bytes());
  kernels::Place in_addresses[] = {in.address(), {}, {}};
  kernels::Place out_addresses[] = {out.address()};
  kernel->run({in_addresses, out_addresses, scratch.data(), pool});
  const Tensor got = out.load();
  double worst = 0, squares = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(want.elements()); ++i) {
    const double w = static_cast<double>(want.values<float>()[i]);
    worst = std::fmax(worst, std::fabs(static_cast<double>(got.values<float>()[i]) - w));
    squares += w * w;
  }
  return worst / std::sqrt(squares / static_cast<double>(want.elements()));
}

}  // namespace

TEST_CASE("Winograd's transforms compute the convolution, strides included") {
  Random random(7);
  for (const Known& k : kTransforms) {
    CAPTURE(k.m);
    CAPTURE(k.r);
    CAPTURE(k.stride);
    REQUIRE(has_winograd_transform(k.m, k.r, k.stride));
    const kernels::WinogradTransform& t = kernels::winograd_transform(k.m, k.r, k.stride);
    CHECK(t.n < k.m * k.r);
    const std::vector<double> d = random_values(t.span, random), g = random_values(k.r, random);
    std::vector<double> products = times(t.input, d);
    const std::vector<double> u = times(t.kernel, g);
    for (std::size_t i = 0; i < products.size(); ++i) products[i] *= u[i];
    const std::vector<double> y = times(t.output, products);
    for (int i = 0; i < k.m; ++i) {
      double want = 0;
      for (int tap = 0; tap < k.r; ++tap)
        want += d.at(static_cast<std::size_t>(i) * static_cast<std::size_t>(k.stride) +
                     static_cast<std::size_t>(tap)) *
                g[static_cast<std::size_t>(tap)];
      CHECK(y[static_cast<std::size_t>(i)] == doctest::Approx(want).epsilon(1e-9));
    }
  }
  CHECK_FALSE(has_winograd_transform(4, 5, 1));
}

TEST_CASE("a linear program computes its map for every window of inputs and any group of outputs") {
  Random random(11);
  for (const Known& k : kTransforms) {
    const kernels::WinogradTransform& t = kernels::winograd_transform(k.m, k.r, k.stride);
    for (const LinearMap* map : {&t.input, &t.output})
      for (int first = 0; first < map->inputs; ++first)
        for (int last = first; last <= map->inputs; ++last)
          for (int most : {1, 2, 100})
            for (const std::vector<int>& outputs : jit::grouped_outputs(*map, most)) {
              std::vector<double> x = random_values(map->inputs, random);
              const std::vector<double> given = interpret(LinearProgram(*map, outputs, first, last), *map, x);
              for (int j = 0; j < map->inputs; ++j)
                if (j < first || j >= last) x[static_cast<std::size_t>(j)] = 0;
              const std::vector<double> want = times(*map, x);
              for (int i : outputs)
                REQUIRE(given[static_cast<std::size_t>(i)] ==
                        doctest::Approx(want[static_cast<std::size_t>(i)]).epsilon(1e-5));
            }
  }
}

TEST_CASE("pairs that differ in signs share their sums") {
  const kernels::WinogradTransform& t = kernels::winograd_transform(4, 3, 1);
  std::vector<int> all(static_cast<std::size_t>(t.n));
  std::iota(all.begin(), all.end(), 0);
  const LinearProgram input(t.input, all, 0, t.n);
  const auto arithmetic = std::count_if(input.ops().begin(), input.ops().end(), [](const LinearOp& op) {
    return op.kind != LinearOp::give && op.kind != LinearOp::copy;
  });
  CHECK(arithmetic == 14);  // 2 for each end, 5 for each of two pairs: not 4 · 3 + 2 · 2
}

TEST_CASE("a panel's units take turns, fewer where frames at the clip's ends meet fewer kernel planes") {
  const auto turns = [](const char* problem) {
    const kernels::ConvShape s = kernels::conv_shape(kernels::parse_problem(problem));
    return jit::WinogradPlan(s, {1, 2}, {2, 2, 4, false, false, 16}, 16, 14).fewest_turns;
  };
  // Both frames of the clip meet two kernel planes of three, 16 tiles each: two groups of rows.
  CHECK(turns("Conv 1x16x2x7x7,c32x16x3x3x3,c32 -> 1x32x2x7x7 pads=1x1x1x1x1x1") ==
        doctest::Approx(2 * 2 * 2.0 / 3));
  CHECK(turns("Conv 1x16x2x7x7,c32x16x1x3x3,c32 -> 1x32x2x7x7 pads=0x1x1x0x1x1") == doctest::Approx(3));
}

TEST_CASE("convolution families stay within their error bounds in single precision") {
  const Problem p = kernels::parse_problem(
      "Conv 1x64x8x14x14,c32x64x3x3x3,c32 -> 1x32x8x14x14 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
      "sparsity=vanilla:16x4:50% strides=1x1x1");  // of weights that are dense: the most terms
  Random random(3);
  std::vector<Tensor> inputs{normal(p.input_shape(0), 1, true, random),
                             normal(p.input_shape(1), std::sqrt(2.0 / (64 * 27)), false, random),
                             normal(p.input_shape(2), 0.1, false, random)};
  const Tensor want = kernels::ref::compute(p, inputs)[0];
  ThreadPool pool(1);
  for (Isa isa : isas_here()) {
    const Target target{device_with(isa), 1};
    int seen = 0, sparse = 0;
    for (const KernelFamily* family : jit::families()) {
      const std::string id(family->id());
      std::string method = id.substr(0, id.rfind('.'));
      if (const std::size_t at = method.find("_sparse"); at != method.npos) method.erase(at, 7);
      const auto bound = kWinogradBounds.find(method);
      if (bound == kWinogradBounds.end() || !family->supports(p, target)) continue;
      seen += id.find("_sparse") == id.npos ? 1 : 0;
      sparse += id.find("winograd_sparse") == id.npos ? 0 : 1;
      const double error = relative_error(*family, p, target, pool, inputs, want);
      MESSAGE(id, ": error ", error, " of the output's root mean square, bound ", bound->second);
      CHECK(error < bound->second);
    }
    CHECK(seen == static_cast<int>(kWinogradBounds.size()));
    CHECK(sparse == seen - 1);  // all but conv.direct
  }
}

TEST_CASE("exact targets get no family that is not") {
  const Problem p = kernels::parse_problem(
      "Conv 1x16x8x14x14,c16x16x3x3x3 -> 1x16x8x14x14 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
      "strides=1x1x1");
  const Target exact{this_device(), 1, kernels::Accuracy::exact}, standard{this_device(), 1};
  if (exact.device.isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  int more = 0;
  for (const KernelFamily* family : jit::families()) {
    if (family->supports(p, exact)) CHECK(family->id().find("winograd") == std::string_view::npos);
    more += family->supports(p, standard) && !family->supports(p, exact) ? 1 : 0;
  }
  CHECK(more == 6);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
