// What happened in a run, as rows of its tables. They are kept with its state, so that tables are whole after an interruption, too.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "dataset/accuracy.h"

namespace rt3d::pruner {

enum class Stage : std::int64_t { dense, train, regularize, cut, retrain };
const char* name_of(Stage stage);

struct EpochRow {
  Stage stage = Stage::train;
  std::int64_t epoch = 0, steps = 0;                      // epoch from 1; steps of this epoch
  double loss = 0, labels = 0, teacher = 0, penalty = 0;  // means over the clips
  dataset::Accuracy train, test;  // train: while weights changed, of the clips as they were seen
  double rate = 0;                // of the last step
  double strength = 0, zero_share = 0, wanted_zero_share = 0;  // regularize: of the model's multiply-adds
};

// One layer at a renewal of the penalty's weights.
struct LayerRow {
  std::int64_t renewal = 0, epoch = 0, layer = 0;  // renewal from 1; layer: of those that may be pruned
  std::int64_t groups = 0, zero_groups = 0;
  double macs = 0, kept_macs = 0;          // if what is zero were cut
  double least = 0, median = 0, most = 0;  // of the groups' norms that are not zero, relative to the layer's
};

// What became of one layer.
struct CutRow {
  std::int64_t layer = 0;  // of all that multiply by weights
  std::int64_t macs = 0, kept_macs = 0;
};

struct History {
  std::vector<EpochRow> epochs;
  std::vector<LayerRow> layers;
  std::vector<CutRow> cut;
  // Of videos to test with; without any where it has not come to that.
  dataset::Accuracy dense, before_cut, after_cut, end;
  // Of the multiply-adds that were cut, the share that training had emptied.
  double emptied = 0;

  // Of all layers, before and after the cut.
  std::int64_t macs() const;
  std::int64_t kept_macs() const;
  double rate() const { return static_cast<double>(macs()) / static_cast<double>(kept_macs()); }
};

// Plain values as bytes, for checkpoints.
template <typename Row>
at::Tensor bytes_of(const std::vector<Row>& rows) {
  static_assert(std::is_trivially_copyable_v<Row>);
  at::Tensor bytes = at::empty({static_cast<std::int64_t>(rows.size() * sizeof(Row))}, at::kByte);
  if (!rows.empty()) std::memcpy(bytes.data_ptr(), rows.data(), bytes.nbytes());
  return bytes;
}
template <typename Row>
std::vector<Row> rows_of(const at::Tensor& bytes) {
  if (bytes.scalar_type() != at::kByte || bytes.nbytes() % sizeof(Row) != 0)
    fail(Code::invalid_argument, "the checkpoint is of another version of rt3d-prune");
  std::vector<Row> rows(bytes.nbytes() / sizeof(Row));
  if (!rows.empty()) std::memcpy(rows.data(), bytes.contiguous().data_ptr(), bytes.nbytes());
  return rows;
}

}  // namespace rt3d::pruner
