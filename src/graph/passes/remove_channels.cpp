// Filters of zeros and channels that nobody reads disappear, with all that is computed of them (channel_sets.h,
// removable_channels.h): what papers call filter and channel pruning needs no kernels of its own. A channel whose number is known
// goes into its consumers' biases, which is exact unless padding stands beside it; there only zero goes.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "graph/passes/channel_values.h"
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"
#include "graph/passes/removable_channels.h"
#include "graph/passes/weight_matrix.h"

namespace rt3d::graph {
namespace {

using Indices = std::vector<std::int64_t>;

class Rewrite {
 public:
  Rewrite(Editor& editor, const ChannelSets& sets, const std::vector<std::vector<double>>& known,
          const std::vector<bool>& gone)
      : e_(editor), sets_(sets), known_(known), gone_(gone) {}

  // Gives the number of nodes that have fewer channels now.
  int run() {
    int changed = 0;
    for (int n = 0; n < static_cast<int>(e_.graph.nodes.size()); ++n) changed += rewrite(n);
    for (std::size_t id = 0; id < e_.graph.value_count(); ++id) {
      const auto value = static_cast<ValueId>(id);
      if (sets_axis(value) >= 0)
        e_.graph.value(value).desc.shape[sets_axis(value)] = static_cast<std::int64_t>(kept(value).size());
    }
    return changed;
  }

 private:
  // Constants made meanwhile are unknown to the sets.
  int sets_axis(ValueId id) const {
    return static_cast<std::size_t>(id) < known_.size() ? sets_.axis(id) : -1;
  }

  Indices kept(ValueId id) const {
    Indices kept;
    for (std::int64_t c = 0; c < sets_.channels(id); ++c)
      if (!gone_[sets_.set(id, c)]) kept.push_back(c);
    return kept;
  }
  bool cut(ValueId id) const {
    return id != kNoValue && sets_axis(id) >= 0 &&
           static_cast<std::int64_t>(kept(id).size()) < sets_.channels(id);
  }

  bool rewrite(int n) {
    const Node& node = e_.node(n);
    if (!sets_.followed(n)) return false;
    const bool less =
        std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) { return cut(id); });
    if (!less && !cut(node.outputs[0])) return false;
    if (node.op == "Conv" || node.op == "Gemm")
      cut_weights(e_.node(n));
    else if (node.op == "Slice")
      cut_slice(e_.node(n), sets_.links(n)[0]);
    else
      cut_constants(e_.node(n));
    return true;
  }

  void cut_weights(Node& node) {
    const ValueId in = node.inputs[0], out = node.outputs[0];
    const Tensor old = *e_.graph.constant(node.inputs[1]);
    const WeightMatrix matrix(old);
    const bool mixing = mixes_channels(node);
    const Indices rows = kept(out);
    Indices columns;
    for (std::int64_t c = 0; c < old.shape()[1]; ++c)
      if (!mixing || !gone_[sets_.set(in, c)]) columns.push_back(c);
    const std::string stem = e_.graph.value(out).name;
    if (mixing || (node.inputs.size() > 2 && node.inputs[2] != kNoValue))
      cut_bias(node, matrix, rows, mixing, stem);
    if (!mixing)
      node.attributes.set("group", node.attributes.integer("group", 1) *
                                       static_cast<std::int64_t>(rows.size()) / old.shape()[0]);
    const auto [known, fresh] = shared_cuts_.try_emplace(std::tuple(node.inputs[1], rows, columns), kNoValue);
    if (fresh) known->second = e_.constant(stem + ".w", without_rest(old, matrix, rows, columns));
    node.inputs[1] = known->second;
  }

  static Tensor without_rest(const Tensor& old, const WeightMatrix& matrix, const Indices& rows,
                             const Indices& columns) {
    Shape shape = old.shape();
    shape[0] = static_cast<std::int64_t>(rows.size());
    shape[1] = static_cast<std::int64_t>(columns.size());
    Tensor weights = Tensor::allocate({DType::f32, shape});
    std::byte* to = weights.mutable_data();
    // What was read of a file leaves memory as the copy grows, so that the weights are not there twice.
    constexpr std::int64_t kPartBytes = 4 << 20;
    const std::int64_t row_bytes =
        matrix.columns * matrix.positions * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t part = std::max<std::int64_t>(1, kPartBytes / std::max<std::int64_t>(1, row_bytes));
    for (const std::int64_t r : rows) {
      if (r % part == 0) old.release_pages();
      for (const std::int64_t c : columns) to = matrix.copy_kernel(r, c, to);
    }
    old.release_pages();
    return weights;
  }

  // With what the removed channels gave, where that was not zero.
  void cut_bias(Node& node, const WeightMatrix& weights, const Indices& rows, bool mixing,
                const std::string& stem) {
    const ValueId old = node.inputs.size() > 2 ? node.inputs[2] : kNoValue;
    const Tensor* before = old == kNoValue ? nullptr : e_.floats(old);
    std::vector<float> bias;
    bool any = before != nullptr;
    for (const std::int64_t r : rows) {
      double sum = before ? before->values<float>()[static_cast<std::size_t>(r)] : 0;
      for (std::int64_t c = 0; mixing && c < weights.columns; ++c) {
        const double k = known_[static_cast<std::size_t>(node.inputs[0])][static_cast<std::size_t>(c)];
        if (!gone_[sets_.set(node.inputs[0], c)] || std::isnan(k) || k == 0) continue;
        for (std::int64_t p = 0; p < weights.positions; ++p) sum += k * weights.at(r, c, p);
      }
      any = any || sum != 0;
      bias.push_back(static_cast<float>(sum));
    }
    if (!any) return;
    if (node.inputs.size() < 3) node.inputs.resize(3, kNoValue);
    node.inputs[2] = e_.constant(
        stem + ".b", Tensor::of<float>(DType::f32, Shape{static_cast<std::int64_t>(bias.size())}, bias));
  }

  // It begins after the kept ones of the channels that it leaves out.
  void cut_slice(Node& node, const ChannelLink& link) {
    const int rank = e_.shape(node.inputs[0]).rank();
    auto axes = node.attributes.integers("axes", {}), starts = node.attributes.integers("starts", {});
    const Indices before = kept(node.inputs[0]);
    for (std::size_t i = 0; i < axes.size(); ++i)
      if (normalize_axis(axes[i], rank) == sets_axis(node.inputs[0]))
        starts[i] = std::lower_bound(before.begin(), before.end(), link.from_first) - before.begin();
    node.attributes.set("starts", starts);
  }

  // Constant operands with a number for every channel.
  void cut_constants(Node& node) {
    const ValueId out = node.outputs[0];
    const int from_end = e_.shape(out).rank() - sets_axis(out);
    const Indices keep = kept(out);
    for (ValueId& id : node.inputs) {
      const Tensor* constant = id == kNoValue ? nullptr : e_.graph.constant(id);
      if (!constant || constant->shape().rank() < from_end) continue;
      const int axis = constant->shape().rank() - from_end;
      if (constant->shape()[axis] != sets_.channels(out) || constant->shape()[axis] == 1) continue;
      Shape shape = constant->shape();
      const std::int64_t outer = shape.elements(0, axis), old = shape[axis];
      const std::size_t inner =
          static_cast<std::size_t>(shape.elements(axis + 1, shape.rank())) * dtype_bytes(constant->dtype());
      shape[axis] = static_cast<std::int64_t>(keep.size());
      Tensor less = Tensor::allocate({constant->dtype(), shape});
      std::byte* to = less.mutable_data();
      for (std::int64_t o = 0; o < outer; ++o)
        for (const std::int64_t c : keep)
          to = std::copy_n(constant->bytes().data() + static_cast<std::size_t>(o * old + c) * inner, inner,
                           to);
      id = e_.constant(e_.graph.value(id).name, std::move(less));
    }
  }

  Editor& e_;
  const ChannelSets& sets_;
  const std::vector<std::vector<double>>& known_;
  const std::vector<bool>& gone_;
  // Weights that several nodes share are cut once: by themselves, the rows and the columns that stay.
  std::map<std::tuple<ValueId, Indices, Indices>, ValueId> shared_cuts_;
};

// Of all values together: sets and known numbers take some twenty bytes for each. Networks have a hundredth
// of that; a chain of activations over a million channels has more than there is memory, and stays as it is.
constexpr std::int64_t kMostChannels = std::int64_t{1} << 23;

std::int64_t channel_count(const Graph& graph) {
  std::int64_t count = 0;
  for (const Node& node : graph.nodes)
    for (const ValueId id : node.outputs) {
      if (id == kNoValue) continue;
      const Shape& shape = graph.value(id).desc.shape;
      if (shape.rank() > 1) count += *std::max_element(shape.begin() + 1, shape.end());
    }
  return count;
}

}  // namespace

int remove_channels(Graph& graph, const Evaluator& evaluate) {
  if (channel_count(graph) > kMostChannels || !any_zero_channel(graph)) return 0;
  Editor editor(graph);
  const ChannelSets sets(graph);
  const auto known = known_channels(graph, sets, evaluate);
  const std::vector<bool> gone = removable_channels(graph, sets, known);
  if (std::none_of(gone.begin(), gone.end(), [](bool g) { return g; })) return 0;
  return Rewrite(editor, sets, known, gone).run();
}

}  // namespace rt3d::graph
