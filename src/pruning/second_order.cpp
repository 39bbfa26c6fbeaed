#include "pruning/second_order.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/vector_clones.h"
#include "pruning/cholesky.h"

namespace rt3d::pruning {

namespace {

// row -= Σ factors_i rows_i, each of n elements; four at a time: each element of the row is loaded and stored once for them.
RT3D_VECTOR_CLONES void subtract_rows(float* row, const float* factors, const float* rows, std::int64_t count,
                                      std::int64_t n) {
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float f0 = factors[i], f1 = factors[i + 1], f2 = factors[i + 2], f3 = factors[i + 3];
    const float *a = rows + i * n, *b = a + n, *c = b + n, *d = c + n;
    for (std::int64_t j = 0; j < n; ++j) row[j] -= (f0 * a[j] + f1 * b[j]) + (f2 * c[j] + f3 * d[j]);
  }
  for (; i < count; ++i) {
    const float* from = rows + i * n;
    for (std::int64_t j = 0; j < n; ++j) row[j] -= factors[i] * from[j];
  }
}

// What is left of a row of groups in one block while its groups go: weights and inverse of the columns that are still there. Columns that
// went are zero in both, and squeezed out now and then.
class Surgery {
 public:
  Surgery(const Tensor& weights, const GroupGrid& grid, std::int64_t row, const ColumnBlock& block,
          const std::vector<float>& inverse)
      : n_(std::llround(std::sqrt(static_cast<double>(inverse.size())))),
        constants_(n_ - block.size()),
        inverse_(inverse) {
    const std::span<const float> values = weights.values<float>();
    const std::int64_t filter = grid.input_channels() * grid.positions();
    const GroupExtent extent = grid.extent(row * grid.columns());
    rows_ = extent.oc_end - extent.oc_begin;
    weights_.assign(static_cast<std::size_t>(rows_ * n_), 0.0f);
    for (std::int64_t r = 0; r < rows_; ++r)
      for (std::int64_t c = 0; c < block.size(); ++c)
        weights_[static_cast<std::size_t>(r * n_ + c)] = values[static_cast<std::size_t>(
            (extent.oc_begin + r) * filter + block.columns[static_cast<std::size_t>(c)])];
    for (std::size_t g = 0; g + 1 < block.group_begins.size(); ++g)
      groups_.push_back({row * grid.columns() + block.groups[g], block.group_begins[g],
                         block.group_begins[g + 1] - block.group_begins[g]});
  }

  bool empty() const { return groups_.empty(); }

  std::vector<double> losses() const {
    std::vector<double> losses;
    for (const Columns& group : groups_) losses.push_back(std::max(0.0, loss_of(group)));
    return losses;
  }

  // Removes the cheapest group; gives its number and what it costs.
  std::pair<std::int64_t, double> remove_cheapest() {
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < groups_.size(); ++g)
      if (const double loss = loss_of(groups_[g]); loss < least) {
        least = loss;
        best = g;
      }
    const Columns group = groups_[best];
    eliminate(group);
    groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(best));
    gone_ += group.count;
    if (gone_ * 4 > n_) squeeze();
    return {group.number, std::max(0.0, least)};
  }

 private:
  struct Columns {
    std::int64_t number, begin, count;
  };

  const float* inverse_row(std::int64_t i) const { return inverse_.data() + i * n_; }

  // [H⁻¹]_gg, inverted.
  std::vector<double> factor_of(const Columns& g) const {
    std::vector<double> block(static_cast<std::size_t>(g.count * g.count));
    for (std::int64_t i = 0; i < g.count; ++i)
      for (std::int64_t j = 0; j < g.count; ++j)
        block[static_cast<std::size_t>(i * g.count + j)] = inverse_row(g.begin + i)[g.begin + j];
    cholesky(block, g.count);
    return block;
  }

  double loss_of(const Columns& g) const {
    const std::vector<double> factor = factor_of(g);
    std::vector<double> w(static_cast<std::size_t>(g.count));
    double loss = 0;
    for (std::int64_t r = 0; r < rows_; ++r) {
      const float* row = weights_.data() + r * n_ + g.begin;
      // |L⁻¹ w|² = w (L Lᵀ)⁻¹ wᵀ
      for (std::int64_t i = 0; i < g.count; ++i) {
        double value = row[i];
        for (std::int64_t j = 0; j < i; ++j)
          value -= factor[static_cast<std::size_t>(i * g.count + j)] * w[static_cast<std::size_t>(j)];
        value /= factor[static_cast<std::size_t>(i * g.count + i)];
        w[static_cast<std::size_t>(i)] = value;
        loss += value * value;
      }
    }
    return loss;
  }

  // (L Lᵀ)⁻¹
  static std::vector<float> inverted(const std::vector<double>& factor, std::int64_t n) {
    std::vector<float> result(static_cast<std::size_t>(n * n));
    std::vector<double> row(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
      std::ranges::fill(row, 0.0);
      row[static_cast<std::size_t>(i)] = 1;
      cholesky_solve(factor, n, row.data());
      std::copy(row.begin(), row.end(), result.begin() + i * n);
    }
    return result;
  }

  // w -= w_g S [H⁻¹]_g· and H⁻¹ -= [H⁻¹]_·g S [H⁻¹]_g· with S = ([H⁻¹]_gg)⁻¹; the rows of [H⁻¹]_g· are read while others change, and
  // become zero at the end.
  void eliminate(const Columns& g) {
    const std::vector<float> s = inverted(factor_of(g), g.count);
    std::vector<float> removed(inverse_.begin() + g.begin * n_, inverse_.begin() + (g.begin + g.count) * n_);
    const auto subtract = [&](float* row) {
      for (std::int64_t i = 0; i < g.count; ++i) {
        float factor = 0;
        for (std::int64_t j = 0; j < g.count; ++j)
          factor += row[g.begin + j] * s[static_cast<std::size_t>(j * g.count + i)];
        factors_[static_cast<std::size_t>(i)] = factor;
      }
      subtract_rows(row, factors_.data(), removed.data(), g.count, n_);
      std::fill_n(row + g.begin, g.count, 0.0f);
    };
    factors_.resize(static_cast<std::size_t>(g.count));
    for (std::int64_t r = 0; r < rows_; ++r) subtract(weights_.data() + r * n_);
    for (std::int64_t i = 0; i < n_; ++i)
      if (i < g.begin || i >= g.begin + g.count) subtract(inverse_.data() + i * n_);
    std::fill_n(inverse_.begin() + g.begin * n_, g.count * n_, 0.0f);
  }

  void squeeze() {
    std::vector<std::int64_t> kept;
    for (Columns& g : groups_) {
      const std::int64_t begin = static_cast<std::int64_t>(kept.size());
      for (std::int64_t i = 0; i < g.count; ++i) kept.push_back(g.begin + i);
      g.begin = begin;
    }
    for (std::int64_t i = n_ - constants_; i < n_; ++i) kept.push_back(i);
    const auto m = static_cast<std::int64_t>(kept.size());
    std::vector<float> inverse(static_cast<std::size_t>(m * m)), weights(static_cast<std::size_t>(rows_ * m));
    for (std::int64_t j = 0; j < m; ++j) {
      const std::int64_t from = kept[static_cast<std::size_t>(j)];
      for (std::int64_t i = 0; i < m; ++i)
        inverse[static_cast<std::size_t>(i * m + j)] = inverse_row(kept[static_cast<std::size_t>(i)])[from];
      for (std::int64_t r = 0; r < rows_; ++r)
        weights[static_cast<std::size_t>(r * m + j)] = weights_[static_cast<std::size_t>(r * n_ + from)];
    }
    inverse_ = std::move(inverse);
    weights_ = std::move(weights);
    n_ = m;
    gone_ = 0;
  }

  std::int64_t n_;          // columns, the constant the last of them
  std::int64_t constants_;  // 1 or 0
  std::int64_t rows_ = 0, gone_ = 0;
  std::vector<float> inverse_, weights_;
  std::vector<float> factors_;
  std::vector<Columns> groups_;
};

ColumnBlock empty_block() { return {.columns = {}, .groups = {}, .group_begins = {0}}; }

std::int64_t columns_of(const GroupExtent& e) {
  return (e.ic_end - e.ic_begin) * (e.position_end - e.position_begin);
}

void append(const GroupGrid& grid, std::int64_t group, ColumnBlock& block) {
  const GroupExtent e = grid.extent(group);
  for (std::int64_t ic = e.ic_begin; ic < e.ic_end; ++ic)
    for (std::int64_t p = e.position_begin; p < e.position_end; ++p)
      block.columns.push_back(ic * grid.positions() + p);
  block.groups.push_back(group);
  block.group_begins.push_back(block.size());
}

}  // namespace

std::vector<ColumnBlock> column_blocks(const GroupGrid& grid, std::int64_t most_columns) {
  std::vector<ColumnBlock> blocks;
  for (std::int64_t column = 0; column < grid.columns();) {
    // All groups of the same input channels.
    const std::int64_t channel = grid.extent(column).ic_begin;
    std::int64_t end = column, weights = 0;
    for (; end < grid.columns() && grid.extent(end).ic_begin == channel; ++end)
      weights += columns_of(grid.extent(end));
    if (blocks.empty() || blocks.back().size() + weights > most_columns) blocks.push_back(empty_block());
    for (; column < end; ++column) append(grid, column, blocks.back());
  }
  return blocks;
}

std::vector<ColumnBlock> point_blocks(const GroupGrid& grid, std::int64_t most_columns) {
  std::vector<ColumnBlock> blocks;
  for (std::int64_t point = 0; point < grid.positions(); ++point) {
    if (blocks.empty() || blocks.back().size() + grid.input_channels() > most_columns)
      blocks.push_back(empty_block());
    for (std::int64_t column = point; column < grid.columns(); column += grid.positions()) {
      if (blocks.back().size() + columns_of(grid.extent(column)) > most_columns && blocks.back().size() > 0)
        blocks.push_back(empty_block());
      append(grid, column, blocks.back());
    }
  }
  return blocks;
}

Moments::Moments(const ColumnBlock& block, std::vector<double> sums, double samples, bool with_constant)
    : size(block.size() + (with_constant ? 1 : 0)), values(static_cast<std::size_t>(size * size)) {
  const std::int64_t stored = block.size() + 1;
  double diagonal = 0;
  for (std::int64_t i = 0; i < size; ++i)
    for (std::int64_t j = 0; j < size; ++j)
      values[static_cast<std::size_t>(i * size + j)] =
          sums[static_cast<std::size_t>(i * stored + j)] / samples;
  for (std::int64_t i = 0; i < block.size(); ++i) diagonal += values[static_cast<std::size_t>(i * size + i)];
  // Columns that are always zero have something, too: their weights cost nothing and must not divide by zero.
  const double damping = kDamping * diagonal / static_cast<double>(block.size()) + 1e-12;
  for (std::int64_t i = 0; i < size; ++i) values[static_cast<std::size_t>(i * size + i)] += damping;
}

std::vector<float> Moments::inverse(ThreadPool& pool) const {
  const std::vector<double> exact = spd_inverse(values, size, pool);
  return {exact.begin(), exact.end()};
}

void Moments::forget(std::int64_t column) {
  for (std::int64_t i = 0; i < size; ++i)
    values[static_cast<std::size_t>(i * size + column)] =
        values[static_cast<std::size_t>(column * size + i)] = i == column ? 1 : 0;
}

RemovalTrace removal_trace(const Tensor& weights, const GroupGrid& grid, std::int64_t row,
                           const ColumnBlock& block, const std::vector<float>& inverse) {
  RemovalTrace trace;
  Surgery surgery(weights, grid, row, block, inverse);
  while (!surgery.empty()) {
    const auto [group, loss] = surgery.remove_cheapest();
    trace.groups.push_back(group);
    trace.losses.push_back(loss);
  }
  return trace;
}

std::vector<double> removal_losses(const Tensor& weights, const GroupGrid& grid, std::int64_t row,
                                   const ColumnBlock& block, const std::vector<float>& inverse) {
  return Surgery(weights, grid, row, block, inverse).losses();
}

double output_variance(const Tensor& weights, const GroupGrid& grid, std::int64_t row,
                       const ColumnBlock& block, const Moments& moments) {
  const std::int64_t n = moments.size, filter = grid.input_channels() * grid.positions();
  const GroupExtent extent = grid.extent(row * grid.columns());
  const std::span<const float> values = weights.values<float>();
  const auto moment = [&](std::int64_t i, std::int64_t j) {
    return moments.values[static_cast<std::size_t>(i * n + j)];
  };
  double variance = 0;
  for (std::int64_t oc = extent.oc_begin; oc < extent.oc_end; ++oc) {
    std::vector<double> w;
    for (const std::int64_t column : block.columns)
      w.push_back(values[static_cast<std::size_t>(oc * filter + column)]);
    double mean = 0;
    for (std::int64_t i = 0; i < block.size(); ++i) {
      double sum = 0;
      for (std::int64_t j = 0; j < block.size(); ++j) sum += moment(i, j) * w[static_cast<std::size_t>(j)];
      variance += w[static_cast<std::size_t>(i)] * sum;
      if (n > block.size()) mean += w[static_cast<std::size_t>(i)] * moment(i, n - 1);
    }
    variance -= mean * mean;
  }
  return variance;
}

void remove_and_fit(Tensor& weights, const GroupGrid& grid, std::int64_t row, const ColumnBlock& block,
                    const Moments& moments, const std::vector<std::int64_t>& groups, float* bias) {
  if (groups.empty()) return;
  const std::int64_t n = moments.size;
  std::vector<bool> gone(static_cast<std::size_t>(n), false);
  for (const std::int64_t group : groups) {
    const auto found = std::ranges::find(block.groups, group - row * grid.columns());
    const auto g = static_cast<std::size_t>(found - block.groups.begin());
    for (std::int64_t c = block.group_begins[g]; c < block.group_begins[g + 1]; ++c)
      gone[static_cast<std::size_t>(c)] = true;
  }
  std::vector<std::int64_t> kept, removed;
  for (std::int64_t c = 0; c < n; ++c) (gone[static_cast<std::size_t>(c)] ? removed : kept).push_back(c);
  const auto k = static_cast<std::int64_t>(kept.size());
  const auto moment = [&](std::int64_t i, std::int64_t j) {
    return moments.values[static_cast<std::size_t>(i * n + j)];
  };
  std::vector<double> system(static_cast<std::size_t>(k * k));
  for (std::int64_t i = 0; i < k; ++i)
    for (std::int64_t j = 0; j < k; ++j)
      system[static_cast<std::size_t>(i * k + j)] =
          moment(kept[static_cast<std::size_t>(i)], kept[static_cast<std::size_t>(j)]);
  cholesky(system, k);

  const std::int64_t filter = grid.input_channels() * grid.positions();
  const GroupExtent extent = grid.extent(row * grid.columns());
  float* const values = weights.mutable_values<float>().data();
  std::vector<double> change(static_cast<std::size_t>(k));
  for (std::int64_t oc = extent.oc_begin; oc < extent.oc_end; ++oc) {
    float* const w = values + oc * filter;
    for (std::int64_t i = 0; i < k; ++i) {
      double sum = 0;
      for (const std::int64_t p : removed)
        sum += moment(kept[static_cast<std::size_t>(i)], p) * w[block.columns[static_cast<std::size_t>(p)]];
      change[static_cast<std::size_t>(i)] = sum;
    }
    cholesky_solve(system, k, change.data());
    for (std::int64_t i = 0; i < k; ++i) {
      const std::int64_t column = kept[static_cast<std::size_t>(i)];
      const auto by = static_cast<float>(change[static_cast<std::size_t>(i)]);
      if (column < block.size())
        w[block.columns[static_cast<std::size_t>(column)]] += by;
      else if (bias)
        bias[oc] += by;
    }
    for (const std::int64_t p : removed) w[block.columns[static_cast<std::size_t>(p)]] = 0;
  }
}

}  // namespace rt3d::pruning
