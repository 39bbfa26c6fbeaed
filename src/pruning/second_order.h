// Which groups of a layer's weights cost least when the weights that stay make up for them: the optimal brain surgeon (Hassibi and Stork,
// 1993) for layers, as OBC (Frantar and Alistarh, 2022) has it for single weights and SparseGPT (2023) for large layers, here for groups.
//
// A layer computes y = W x of columns x (what a filter reads at one output position). With the second moments H = E[x xᵀ] of real inputs,
// removing the columns g of the rows R costs, when all other columns of these rows are adjusted at best,
//     loss(g) = Σ_{r in R} w_rg ([H⁻¹]_gg)⁻¹ w_rgᵀ                              (the mean square of what changes in y)
// and leaves H⁻¹ with the rows and columns g eliminated. All gm rows of a group lose the same columns, so that one inverse serves them.
// What remains is then fitted anew by least squares: w'_K = w_K + w_P H_PK H_KK⁻¹ for the kept columns K and the removed ones P.
//
// Large layers are cut into blocks of input channels, each fitted by itself (H is taken as block-diagonal), which bounds memory and
// time: time grows with the cube of a block. The last column of each block is the constant 1, whose weight is the bias: it takes
// up the mean of what was removed, so that errors of several blocks do not add up to a shift.
#pragma once

#include <cstdint>
#include <vector>

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "pruning/budget.h"
#include "pruning/group_grid.h"

namespace rt3d::pruning {

inline constexpr std::int64_t kMostColumns = 1152;  // of a block
inline constexpr double kDamping = 0.01;            // of H's mean diagonal, added to it

// Some of a filter's columns, channel · positions + position; those of one group are neighbours.
struct ColumnBlock {
  std::vector<std::int64_t> columns;
  std::vector<std::int64_t> groups;        // their numbers in a row of groups (GroupGrid::columns)
  std::vector<std::int64_t> group_begins;  // of each in `columns`, and the end
  std::int64_t size() const { return static_cast<std::int64_t>(columns.size()); }
};

// Whole groups of input channels, as many as `most_columns` hold, at least one.
std::vector<ColumnBlock> column_blocks(const GroupGrid& grid, std::int64_t most_columns = kMostColumns);
// The same of weights in Winograd's transform domain, whose groups are of single points: all input channels of as many points as fit. A
// point whose channels do not fit is cut into several blocks. (Products of neighbouring points reach the same outputs: fitted
// together they make up for more than one point by itself can.)
std::vector<ColumnBlock> point_blocks(const GroupGrid& grid, std::int64_t most_columns = kMostColumns);

// H of one block: the constant last, (size + 1)² values, row by row.
struct Moments {
  Moments(const ColumnBlock& block, std::vector<double> sums, double samples, bool with_constant);

  std::int64_t size = 0;       // columns, and the constant if it may be adjusted
  std::vector<double> values;  // damped
  std::vector<float> inverse(ThreadPool& pool) const;
  // As if this column were always zero: for weights that have none there.
  void forget(std::int64_t column);
};

// The order in which the groups of one row of groups and one block go, each the cheapest at its time, and what each costs, in the square
// of the output's unit: the sum of all is what varies in this part of the output. `inverse` is Moments::inverse(); `macs` stays empty.
RemovalTrace removal_trace(const Tensor& weights, const GroupGrid& grid, std::int64_t row,
                           const ColumnBlock& block, const std::vector<float>& inverse);

// What each group of the row and block would cost by itself, in their order.
std::vector<double> removal_losses(const Tensor& weights, const GroupGrid& grid, std::int64_t row,
                                   const ColumnBlock& block, const std::vector<float>& inverse);
// What varies in the part of the output that the row and block give, summed over the row's filters.
double output_variance(const Tensor& weights, const GroupGrid& grid, std::int64_t row,
                       const ColumnBlock& block, const Moments& moments);

// Removes the groups (numbers of the grid, all of this row and block) and fits what stays. `bias` gets what the constant's weight
// becomes (nullptr: it is dropped, where a normalisation follows that takes it out again).
void remove_and_fit(Tensor& weights, const GroupGrid& grid, std::int64_t row, const ColumnBlock& block,
                    const Moments& moments, const std::vector<std::int64_t>& groups, float* bias);

}  // namespace rt3d::pruning
