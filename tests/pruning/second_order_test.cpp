// Removal with compensation, against solving each case by itself.
#include "pruning/second_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/random.h"
#include "pruning/cholesky.h"

TEST_SUITE_BEGIN("pruning");

namespace rt3d::pruning {
namespace {

ThreadPool one_thread(1);

struct Layer2 {
  Shape shape;
  GroupGrid grid;
  std::vector<ColumnBlock> blocks;
  Tensor weights;
  std::vector<std::vector<double>> samples;  // of x, all columns
};

// Columns are mixtures of a few sources, and have a mean: what one carries another has, too.
Layer2 correlated_layer(const char* spec, std::int64_t most_columns) {
  const Shape shape{10, 6, 1, 1, 3};
  GroupGrid grid(shape, parse_group_spec(spec));
  Layer2 layer{shape, grid, column_blocks(grid, most_columns), Tensor::allocate({DType::f32, shape}), {}};
  Random random(11);
  for (float& w : layer.weights.mutable_values<float>()) w = random.uniform(-1, 1);
  constexpr int kColumns = 18, kSources = 7;
  std::vector<double> mixture(kColumns * kSources);
  for (double& m : mixture) m = random.uniform(-1, 1);
  for (int s = 0; s < 400; ++s) {
    std::vector<double> x(kColumns, 0.5);
    for (int k = 0; k < kSources; ++k) {
      const double source = random.uniform(-1, 1);
      for (int c = 0; c < kColumns; ++c)
        x[static_cast<std::size_t>(c)] += source * mixture[static_cast<std::size_t>(c * kSources + k)];
    }
    for (double& value : x) value += 0.1 * static_cast<double>(random.uniform(-1, 1));
    layer.samples.push_back(std::move(x));
  }
  return layer;
}

Moments moments_of(const Layer2& layer, const ColumnBlock& block, bool with_constant = true) {
  const auto n = static_cast<std::size_t>(block.size());
  std::vector<double> sums((n + 1) * (n + 1), 0.0);
  for (const std::vector<double>& sample : layer.samples) {
    std::vector<double> x;
    for (const std::int64_t column : block.columns) x.push_back(sample[static_cast<std::size_t>(column)]);
    x.push_back(1);
    for (std::size_t i = 0; i <= n; ++i)
      for (std::size_t j = 0; j <= n; ++j) sums[i * (n + 1) + j] += x[i] * x[j];
  }
  return {block, std::move(sums), static_cast<double>(layer.samples.size()), with_constant};
}

// (w - v) H (w - v)ᵀ over the rows, by H as it is damped.
double changed(const Tensor& w, const Tensor& v, const std::vector<float>& bias, const ColumnBlock& block,
               const Moments& h) {
  double total = 0;
  for (std::int64_t oc = 0; oc < w.shape()[0]; ++oc) {
    std::vector<double> d;
    for (const std::int64_t column : block.columns) {
      const auto i = static_cast<std::size_t>(oc * 18 + column);
      d.push_back(static_cast<double>(w.values<float>()[i]) - v.values<float>()[i]);
    }
    if (h.size > block.size()) d.push_back(-static_cast<double>(bias[static_cast<std::size_t>(oc)]));
    for (std::size_t i = 0; i < d.size(); ++i)
      for (std::size_t j = 0; j < d.size(); ++j) total += d[i] * h.values[i * d.size() + j] * d[j];
  }
  return total;
}

Tensor copied(const Tensor& tensor) {
  return Tensor::of<float>(DType::f32, tensor.shape(), tensor.values<float>());
}

}  // namespace

TEST_CASE("blocks of points hold all input channels of some points, or some of one, each group once") {
  for (const std::int64_t most : {1, 5, 13, 100}) {
    CAPTURE(most);
    const GroupGrid grid({10, 6, 1, 1, 3}, parse_group_spec("kgs:8x4"));
    std::vector<std::int64_t> groups, columns;
    for (const ColumnBlock& block : point_blocks(grid, most)) {
      CHECK((block.size() <= most || block.groups.size() == 1));
      REQUIRE(block.group_begins.size() == block.groups.size() + 1);
      for (std::size_t g = 0; g < block.groups.size(); ++g) {
        const GroupExtent e = grid.extent(block.groups[g]);
        std::vector<std::int64_t> expected;
        for (std::int64_t ic = e.ic_begin; ic < e.ic_end; ++ic) expected.push_back(ic * 3 + e.position_begin);
        CHECK(expected == std::vector<std::int64_t>(block.columns.begin() + block.group_begins[g],
                                                    block.columns.begin() + block.group_begins[g + 1]));
      }
      groups.insert(groups.end(), block.groups.begin(), block.groups.end());
      columns.insert(columns.end(), block.columns.begin(), block.columns.end());
    }
    CHECK(groups == std::vector<std::int64_t>{0, 3, 1, 4, 2, 5});
    CHECK(std::set<std::int64_t>(columns.begin(), columns.end()).size() == 18);
    CHECK(point_blocks(grid, most).size() == (most == 100 ? 1 : most == 13 ? 2 : 6));
  }
}

TEST_CASE("blocks hold whole groups of input channels, each column once") {
  for (const char* spec : {"kgs:8x4", "vanilla:4x2", "kgs:2x5"})
    for (const std::int64_t most : {1, 13, 100}) {
      const GroupGrid grid({10, 6, 1, 1, 3}, parse_group_spec(spec));
      std::vector<std::int64_t> all;
      std::int64_t group = 0;
      for (const ColumnBlock& block : column_blocks(grid, most)) {
        CHECK(block.groups.front() == group);
        for (std::size_t g = 0; g + 1 < block.group_begins.size(); ++g, ++group) {
          const GroupExtent e = grid.extent(group);
          std::vector<std::int64_t> expected;
          for (std::int64_t ic = e.ic_begin; ic < e.ic_end; ++ic)
            for (std::int64_t p = e.position_begin; p < e.position_end; ++p) expected.push_back(ic * 3 + p);
          CHECK(expected == std::vector<std::int64_t>(block.columns.begin() + block.group_begins[g],
                                                      block.columns.begin() + block.group_begins[g + 1]));
        }
        all.insert(all.end(), block.columns.begin(), block.columns.end());
      }
      CHECK(group == grid.columns());
      std::ranges::sort(all);
      std::vector<std::int64_t> each(18);
      std::iota(each.begin(), each.end(), 0);
      CHECK(all == each);
    }
}

TEST_CASE("losses of a trace add up to what the fitted weights change") {
  for (const char* spec : {"kgs:8x4", "vanilla:4x2", "kgs:3x1"})
    for (const bool with_constant : {true, false})
      for (const std::int64_t most : {9, 100}) {
        CAPTURE(spec);
        CAPTURE(with_constant);
        CAPTURE(most);
        const Layer2 layer = correlated_layer(spec, most);
        for (const ColumnBlock& block : layer.blocks) {
          const Moments h = moments_of(layer, block, with_constant);
          const std::vector<float> inverse = h.inverse(one_thread);
          const RemovalTrace trace = removal_trace(layer.weights, layer.grid, 1, block, inverse);
          REQUIRE(trace.groups.size() + 1 == block.group_begins.size());
          double losses = 0;
          for (std::size_t count = 1; count <= trace.groups.size(); ++count) {
            losses += trace.losses[count - 1];
            Tensor fitted = copied(layer.weights);
            std::vector<float> bias(10, 0.0f);
            remove_and_fit(fitted, layer.grid, 1, block, h,
                           {trace.groups.begin(), trace.groups.begin() + static_cast<std::ptrdiff_t>(count)},
                           bias.data());
            CHECK(changed(layer.weights, fitted, bias, block, h) == doctest::Approx(losses).epsilon(2e-3));
            std::vector<bool> kept(static_cast<std::size_t>(layer.grid.count()), true);
            for (std::size_t i = 0; i < count; ++i) kept[static_cast<std::size_t>(trace.groups[i])] = false;
            Tensor zeroed = copied(fitted);
            layer.grid.prune(zeroed, kept);
            CHECK(std::ranges::equal(zeroed.values<float>(), fitted.values<float>()));
          }
        }
      }
}

TEST_CASE("each step takes the group that costs least, and fitted weights are at the minimum") {
  const Layer2 layer = correlated_layer("kgs:8x4", 100);
  const ColumnBlock& block = layer.blocks[0];
  const Moments h = moments_of(layer, block);
  const RemovalTrace trace = removal_trace(layer.weights, layer.grid, 0, block, h.inverse(one_thread));
  const auto cost_of = [&](const std::vector<std::int64_t>& groups) {
    Tensor fitted = copied(layer.weights);
    std::vector<float> bias(10, 0.0f);
    remove_and_fit(fitted, layer.grid, 0, block, h, groups, bias.data());
    return changed(layer.weights, fitted, bias, block, h);
  };
  std::vector<std::int64_t> gone;
  for (std::size_t step = 0; step < 4; ++step) {
    const double before = cost_of(gone);
    double least = 1e30;
    for (std::int64_t group = 0; group < layer.grid.columns(); ++group) {
      if (std::ranges::count(gone, group)) continue;
      std::vector<std::int64_t> tried = gone;
      tried.push_back(group);
      least = std::min(least, cost_of(tried) - before);
    }
    CHECK(trace.losses[step] == doctest::Approx(least).epsilon(5e-3));
    gone.push_back(trace.groups[step]);
  }
  // A weight of these moved either way makes it worse.
  Tensor fitted = copied(layer.weights);
  std::vector<float> bias(10, 0.0f);
  remove_and_fit(fitted, layer.grid, 0, block, h, gone, bias.data());
  const double at_minimum = changed(layer.weights, fitted, bias, block, h);
  int moved = 0;
  for (std::int64_t i = 0; i < 8 * 18; ++i) {
    float& value = fitted.mutable_values<float>()[static_cast<std::size_t>(i)];
    if (value == 0) continue;
    for (const float by : {-0.05f, 0.05f}) {
      const float kept = value;
      value += by;
      CHECK(changed(layer.weights, fitted, bias, block, h) > at_minimum);
      value = kept;
      ++moved;
    }
  }
  CHECK(moved > 50);
}

TEST_CASE("inverses of symmetric positive definite matrices") {
  const std::vector<double> a{4, 1, -1, 1, 3, 0.5, -1, 0.5, 2};
  const std::vector<double> inverse = spd_inverse(a, 3, one_thread);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += a[i * 3 + k] * inverse[k * 3 + j];
      CHECK(sum == doctest::Approx(i == j ? 1 : 0));
    }
  std::vector<double> indefinite{1, 2, 2, 1};
  CHECK_THROWS(cholesky(indefinite, 2));
}

}  // namespace rt3d::pruning
