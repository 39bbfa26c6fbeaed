// See removable_channels.h. What is removed makes other weights disappear, so that more columns are zero:
// repeated until nothing changes, or often enough. Dense weights cost a look at the first number of every
// filter and of every column.
#include "graph/passes/removable_channels.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "graph/passes/channel_values.h"
#include "graph/passes/weight_matrix.h"

namespace rt3d::graph {
namespace {

constexpr std::int64_t kRowBlock = 32,
                       kColumnBlock = 8;  // the largest groups of output and input channels of sparse code
constexpr int kSamples = 1024;
constexpr int kMostLooks = 64;      // each costs a look at the whole graph; what is left can stay
constexpr double kScattered = 0.1;  // zeros in other filters and columns: there may be groups

WeightMatrix weights_of(const Graph& graph, const Node& node) {
  return WeightMatrix(*graph.constant(node.inputs[1]));
}

// Columns that hold something in one of the rows at least, row by row, so that memory is read in order.
std::vector<bool> used_columns(const WeightMatrix& m, const std::vector<bool>& row_gone) {
  std::vector<bool> used(static_cast<std::size_t>(m.columns), false);
  std::vector<std::int64_t> open;
  for (std::int64_t c = 0; c < m.columns; ++c) open.push_back(c);
  for (std::int64_t r = 0; r < m.rows && !open.empty(); ++r) {
    if (row_gone[static_cast<std::size_t>(r)]) continue;
    const auto zero = [&](std::int64_t c) {
      if (!m.zero(r, c)) used[static_cast<std::size_t>(c)] = true;
      return !used[static_cast<std::size_t>(c)];
    };
    open.erase(std::stable_partition(open.begin(), open.end(), zero), open.end());
  }
  return used;
}

// Zeros in filters and columns that are not zero as a whole.
bool scattered_zeros(const WeightMatrix& m, const std::vector<bool>& used) {
  Random random(1);
  int seen = 0, zeros = 0;
  for (int i = 0; i < kSamples; ++i) {
    const std::int64_t row = random.below(m.rows), column = random.below(m.columns);
    const float w = m.at(row, column, random.below(m.positions));
    if (w == 0 && (!used[static_cast<std::size_t>(column)] || m.zero_row(row))) continue;
    ++seen;
    zeros += w == 0;
  }
  return zeros > kScattered * seen;
}

bool zero_channel(const WeightMatrix& m) {
  for (std::int64_t r = 0; r < m.rows; ++r)
    if (m.zero_row(r)) return true;
  const std::vector<bool> used = used_columns(m, std::vector<bool>(static_cast<std::size_t>(m.rows), false));
  return !std::all_of(used.begin(), used.end(), [](bool u) { return u; });
}

class Search {
 public:
  Search(const Graph& graph, const ChannelSets& sets, const std::vector<std::vector<double>>& known)
      : graph_(graph),
        sets_(sets),
        known_(known),
        gone_(sets.set_limit(), false),
        left_(graph.value_count()),
        block_(graph.value_count(), 1) {
    for (std::size_t id = 0; id < left_.size(); ++id) left_[id] = sets.channels(static_cast<ValueId>(id));
    find_blocks();
  }

  std::vector<bool> run() {
    for (int round = 0; round < kMostLooks && step(); ++round) {
    }
    return gone_;
  }

 private:
  struct Member {
    std::size_t set;
    ValueId value;
    std::int64_t channel;
  };

  template <typename Visit>
  void for_each_reader(Visit visit) const {
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      if (!sets_.followed(static_cast<int>(n)) || !mixes_channels(node)) continue;
      const ValueId out = node.outputs[0];
      std::vector<bool> row_gone(static_cast<std::size_t>(sets_.channels(out)));
      for (std::size_t o = 0; o < row_gone.size(); ++o)
        row_gone[o] = gone_[sets_.set(out, static_cast<std::int64_t>(o))];
      visit(node, row_gone);
      graph_.constant(node.inputs[1])->release_pages();
    }
  }

  void find_blocks() {
    for_each_reader([&](const Node& node, const std::vector<bool>& row_gone) {
      const WeightMatrix m = weights_of(graph_, node);
      if (!scattered_zeros(m, used_columns(m, row_gone))) return;
      std::int64_t& in = block_[static_cast<std::size_t>(node.inputs[0])];
      in = std::max(in, kColumnBlock);
      block_[static_cast<std::size_t>(node.outputs[0])] = kRowBlock;
    });
  }

  // One round; gives whether anything was removed.
  bool step() {
    std::vector<bool> may(gone_.size());
    for (std::size_t s = 0; s < may.size(); ++s) may[s] = !gone_[s] && !sets_.pinned(s);
    for_each_reader([&](const Node& node, const std::vector<bool>& row_gone) {
      const std::vector<bool> used = used_columns(weights_of(graph_, node), row_gone);
      const ValueId in = node.inputs[0];
      const bool padded = has_pads(node);
      for (std::size_t c = 0; c < used.size(); ++c) {
        const double k = known_[static_cast<std::size_t>(in)][c];
        const bool absorbed = k == 0 || (!std::isnan(k) && !padded);
        if (used[c] && !absorbed) may[sets_.set(in, static_cast<std::int64_t>(c))] = false;
      }
    });
    if (std::none_of(may.begin(), may.end(), [](bool m) { return m; })) return false;
    keep_blocks(may);
    return remove(may);
  }

  // Where groups may be, a channel stays unless all of its block can go, or is gone.
  void keep_blocks(std::vector<bool>& may) const {
    bool changed = true;
    for (int round = 0; changed && round < kMostLooks; ++round) {
      changed = false;
      for (std::size_t id = 0; id < block_.size(); ++id) {
        const auto value = static_cast<ValueId>(id);
        const std::int64_t block = block_[id], channels = sets_.channels(value);
        for (std::int64_t first = 0; block > 1 && first < channels; first += block) {
          const std::int64_t end = std::min(channels, first + block);
          bool all = true;
          for (std::int64_t c = first; c < end; ++c)
            all = all && (may[sets_.set(value, c)] || gone_[sets_.set(value, c)]);
          for (std::int64_t c = first; c < end && !all; ++c) {
            changed = changed || may[sets_.set(value, c)];
            may[sets_.set(value, c)] = false;
          }
        }
      }
    }
  }

  // A set goes unless it holds all that is left of some value.
  bool remove(const std::vector<bool>& may) {
    std::vector<Member> members;
    for (std::size_t id = 0; id < left_.size(); ++id)
      for (std::int64_t c = 0; c < sets_.channels(static_cast<ValueId>(id)); ++c) {
        const std::size_t set = sets_.set(static_cast<ValueId>(id), c);
        if (may[set]) members.push_back({set, static_cast<ValueId>(id), c});
      }
    std::stable_sort(members.begin(), members.end(),
                     [](const Member& a, const Member& b) { return a.set < b.set; });
    bool removed = false;
    for (std::size_t first = 0, end = 0; first < members.size(); first = end) {
      while (end < members.size() && members[end].set == members[first].set) ++end;
      removed = take({members.begin() + static_cast<std::ptrdiff_t>(first),
                      members.begin() + static_cast<std::ptrdiff_t>(end)}) ||
                removed;
    }
    return removed;
  }

  bool take(const std::vector<Member>& members) {
    for (const Member& m : members) --left_[static_cast<std::size_t>(m.value)];
    const bool enough = std::all_of(members.begin(), members.end(), [&](const Member& m) {
      return left_[static_cast<std::size_t>(m.value)] >= 1;
    });
    if (enough)
      gone_[members[0].set] = true;
    else
      for (const Member& m : members) ++left_[static_cast<std::size_t>(m.value)];
    return enough;
  }

  const Graph& graph_;
  const ChannelSets& sets_;
  const std::vector<std::vector<double>>& known_;
  std::vector<bool> gone_;
  std::vector<std::int64_t> left_;   // channels, by value
  std::vector<std::int64_t> block_;  // by value
};

}  // namespace

std::vector<bool> removable_channels(const Graph& graph, const ChannelSets& sets,
                                     const std::vector<std::vector<double>>& known) {
  return Search(graph, sets, known).run();
}

bool any_zero_channel(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if ((node.op != "Conv" && node.op != "Gemm") || node.inputs.size() < 2) continue;
    const Tensor* w = graph.constant(node.inputs[1]);
    if (!w || w->dtype() != DType::f32 || w->shape().rank() < 2 || w->elements() == 0) continue;
    const bool found = zero_channel(WeightMatrix(*w));
    w->release_pages();
    if (found) return true;
  }
  return false;
}

}  // namespace rt3d::graph
