#include "pruner/input_moments.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/error.h"
#include "graph/ops/window.h"
#include "pruner/tensors.h"
#include "pruner/window_pads.h"
#include "pruner/winograd_conv.h"

namespace rt3d::pruner {

namespace {

// Offsets in a contiguous tensor of all combinations of `counts` steps of `strides`, the last dimension fastest.
std::vector<std::int64_t> offsets(const std::vector<std::int64_t>& counts,
                                  const std::vector<std::int64_t>& strides) {
  std::vector<std::int64_t> all{0};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::vector<std::int64_t> next;
    next.reserve(all.size() * static_cast<std::size_t>(counts[i]));
    for (const std::int64_t start : all)
      for (std::int64_t k = 0; k < counts[i]; ++k) next.push_back(start + k * strides[i]);
    all = std::move(next);
  }
  return all;
}

// Some of `all`, evenly spread; the start differs from clip to clip.
std::vector<std::int64_t> sampled(const std::vector<std::int64_t>& all, std::int64_t clip) {
  const auto count = static_cast<std::int64_t>(all.size());
  if (count <= kSampledPositions) return all;
  constexpr double kGolden = 0.6180339887498949;
  const double start = std::fmod(static_cast<double>(clip) * kGolden, 1.0);
  std::vector<std::int64_t> some;
  for (std::int64_t i = 0; i < kSampledPositions; ++i) {
    const double at = (static_cast<double>(i) + start) * static_cast<double>(count) / kSampledPositions;
    some.push_back(all[static_cast<std::size_t>(std::min(count - 1, static_cast<std::int64_t>(at)))]);
  }
  return some;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values) {
  std::ranges::sort(values);
  return values;
}

// Where each of `columns` is in `from`, and the constant behind them.
std::vector<std::int64_t> places(const std::vector<std::int64_t>& columns,
                                 const std::vector<std::int64_t>& from) {
  std::map<std::int64_t, std::int64_t> place;
  for (std::size_t i = 0; i < from.size(); ++i) place[from[i]] = static_cast<std::int64_t>(i);
  std::vector<std::int64_t> found;
  for (const std::int64_t column : columns) found.push_back(place.at(column));
  found.push_back(static_cast<std::int64_t>(from.size()));
  return found;
}

}  // namespace

InputMoments::InputMoments(std::vector<pruning::ColumnBlock> blocks) : blocks_(std::move(blocks)) {
  for (const pruning::ColumnBlock& block : blocks_) sorted_.push_back(sorted(block.columns));
}

std::size_t InputMoments::find(const pruning::ColumnBlock& block) const {
  return static_cast<std::size_t>(std::ranges::find(sorted_, sorted(block.columns)) - sorted_.begin());
}

bool InputMoments::covers(const std::vector<pruning::ColumnBlock>& blocks) const {
  return std::ranges::all_of(blocks, [&](const auto& block) { return find(block) < blocks_.size(); });
}

void InputMoments::add(const graph::Node& node, const at::Tensor& input, const at::Tensor& weights) {
  if (sums_.empty())
    for (const pruning::ColumnBlock& block : blocks_)
      sums_.push_back(at::zeros({block.size() + 1, block.size() + 1}, at::kDouble));
  if (is_transformed(node)) return add_tiles(node, input, weights);
  const graph::Window window =
      graph::resolve_window(node.attributes, shape_of(input),
                            std::vector<std::int64_t>(weights.sizes().begin() + 2, weights.sizes().end()));
  const at::Tensor padded =
      at::constant_pad_nd(input.detach(), torch_pads(window.pads), 0).to(at::kCPU, at::kFloat).contiguous();
  const auto spatial = window.kernel.size();
  std::vector<std::int64_t> steps, taps;
  for (std::size_t i = 0; i < spatial; ++i) {
    const std::int64_t stride = padded.stride(static_cast<std::int64_t>(i) + 2);
    steps.push_back(stride * window.strides[i]);
    taps.push_back(stride * window.dilations[i]);
  }
  const std::vector<std::int64_t> positions = offsets(window.output, steps);
  const std::vector<std::int64_t> kernel = offsets(window.kernel, taps);
  for (std::int64_t clip = 0; clip < padded.size(0); ++clip) {
    const float* const x = padded.data_ptr<float>() + clip * padded.stride(0);
    const std::vector<std::int64_t> starts = sampled(positions, clips_++);
    samples_ += static_cast<double>(starts.size());
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      std::vector<std::int64_t> reads;
      for (const std::int64_t column : blocks_[b].columns) {
        const auto count = static_cast<std::int64_t>(kernel.size());
        reads.push_back(column / count * padded.stride(1) + kernel[static_cast<std::size_t>(column % count)]);
      }
      at::Tensor columns =
          at::empty({static_cast<std::int64_t>(starts.size()), blocks_[b].size() + 1}, at::kFloat);
      float* to = columns.data_ptr<float>();
      for (const std::int64_t start : starts) {
        for (const std::int64_t read : reads) *to++ = x[start + read];
        *to++ = 1;
      }
      sums_[b].add_(at::mm(columns.t(), columns));
    }
  }
}

// An output of a tile is Σ u_cp a_pj v_cp over channels c and points p, with v = Bᵀ d and A's a: so the column of u_cp is a_pj v_cp, and
// the mean over a tile's outputs of what two columns multiply to is v_cp v_dq (A Aᵀ)_pq ÷ outputs.
void InputMoments::add_tiles(const graph::Node& node, const at::Tensor& input, const at::Tensor& weights) {
  const WinogradConv conv(node, shape_of(input), shape_of(weights));
  const at::Tensor map = conv.output_map();
  const at::Tensor together = at::mm(map, map.t()) / map.size(1), alone = map.mean(1);
  const std::int64_t points = map.size(0), clips = input.size(0);
  const at::Tensor tiles = conv.inputs(input.detach().to(at::kCPU, at::kFloat));
  const std::int64_t channels = tiles.size(1), of_clip = tiles.size(2) / clips;
  const at::Tensor rows = tiles.reshape({points * channels, clips * of_clip});
  for (std::int64_t clip = 0; clip < clips; ++clip) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(of_clip));
    std::iota(all.begin(), all.end(), clip * of_clip);
    const at::Tensor seen = rows.index_select(1, at::tensor(sampled(all, clips_++), at::kLong));
    samples_ += static_cast<double>(seen.size(1));
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const std::vector<std::int64_t>& columns = blocks_[b].columns;
      std::vector<std::int64_t> from, point;
      for (const std::int64_t column : columns) {
        point.push_back(column % points);
        from.push_back(point.back() * channels + column / points);
      }
      const auto n = static_cast<std::int64_t>(columns.size());
      const at::Tensor at_points = at::tensor(point, at::kLong);
      const at::Tensor v = seen.index_select(0, at::tensor(from, at::kLong));
      const at::Tensor factors = together.index_select(0, at_points).index_select(1, at_points);
      const at::Tensor mean = v.sum(1, false, at::kDouble) * alone.index_select(0, at_points);
      at::Tensor& sums = sums_[b];
      sums.slice(0, 0, n).slice(1, 0, n).add_(at::mm(v, v.t()) * factors);
      sums.slice(0, 0, n).select(1, n).add_(mean);
      sums.select(0, n).slice(0, 0, n).add_(mean);
      sums.select(0, n).select(0, n).add_(seen.size(1));
    }
  }
}

pruning::Moments InputMoments::moments(const pruning::ColumnBlock& block, bool with_constant) const {
  if (samples_ == 0) fail(Code::internal, "no activations were seen");
  const std::size_t at = find(block);
  if (at == blocks_.size()) fail(Code::internal, "moments of other columns were added up");
  at::Tensor sums = sums_[at];
  if (block.columns != blocks_[at].columns) {
    const at::Tensor order = at::tensor(places(block.columns, blocks_[at].columns), at::kLong);
    sums = sums.index_select(0, order).index_select(1, order);
  }
  const double* const values = sums.data_ptr<double>();
  return {block, {values, values + sums.numel()}, samples_, with_constant};
}

}  // namespace rt3d::pruner
