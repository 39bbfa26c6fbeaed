#include "pruner/filter_sets.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "pruner/tensors.h"

namespace rt3d::pruner {

namespace {

bool has(const graph::Node& node, std::size_t input) {
  return input < node.inputs.size() && node.inputs[input] != graph::kNoValue;
}

bool is_elementwise(std::string_view op) { return op == "Add" || op == "Sub" || op == "Mul" || op == "Div"; }

at::Tensor channel_indices(const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::TensorOptions(at::kLong));
}

// All but some of `count` channels.
std::vector<std::int64_t> others(const std::vector<std::int64_t>& kept, std::int64_t count) {
  std::vector<std::int64_t> rest;
  for (std::int64_t c = 0; c < count; ++c)
    if (!std::ranges::binary_search(kept, c)) rest.push_back(c);
  return rest;
}

}  // namespace

FilterSets::FilterSets(Network& network, const std::vector<std::string>& keep_dense)
    : network_(network),
      layers_(prunable_layers(network, keep_dense)),
      sets_(network.graph(), graph::ChannelSets::Form::exported),
      stays_(sets_.set_limit(), false) {
  find_stays();
  group();
  if (classes_.empty())
    fail(Code::invalid_argument,
         "no filter of the model can go: all are of layers that stay dense, or an operation shows or mixes "
         "their "
         "channels");
}

void FilterSets::pin(graph::ValueId value) {
  for (std::int64_t c = 0; c < sets_.channels(value); ++c) stays_[sets_.set(value, c)] = true;
}

// A parameter that no other node reads.
bool FilterSets::own(const graph::Node& node, std::size_t input) const {
  const Parameter* parameter = network_.parameter(node.inputs[input]);
  return parameter && !is_shared(network_, *parameter);
}

// Whether what the node holds can follow when channels that it touches go.
bool FilterSets::can_change(const graph::Node& node) const {
  const graph::Graph& graph = network_.graph();
  if (node.op == "Conv" || node.op == "Gemm")
    return graph::mixes_channels(node) && own(node, 1) && (!has(node, 2) || own(node, 2));
  if (node.op == "BatchNormalization") {
    for (std::size_t i = 1; i < 5; ++i)
      if (!own(node, i)) return false;
    return true;
  }
  if (is_elementwise(node.op)) {
    for (const graph::ValueId id : node.inputs)
      if (const Tensor* constant = graph.constant(id); constant && constant->elements() > 1) return false;
    return true;
  }
  if (node.op == "Reshape") {
    const Tensor* shape = has(node, 1) ? graph.constant(node.inputs[1]) : nullptr;
    const int axis = sets_.axis(node.outputs[0]);
    if (!shape || axis < 0) return false;
    const std::int64_t size = shape->to_int64()[static_cast<std::size_t>(axis)];
    int readers = 0;
    for (const graph::Node& other : graph.nodes)
      readers += static_cast<int>(std::ranges::count(other.inputs, node.inputs[1]));
    return size <= 0 || (network_.is_in_file(node.inputs[1]) && readers == 1);
  }
  return true;
}

void FilterSets::find_stays() {
  const graph::Graph& graph = network_.graph();
  for (std::size_t s = 0; s < stays_.size(); ++s) stays_[s] = sets_.pinned(s);
  for (const graph::Node& node : graph.nodes) {
    if (can_change(node)) continue;
    for (const graph::ValueId id : node.inputs)
      if (id != graph::kNoValue) pin(id);
    for (const graph::ValueId id : node.outputs) pin(id);
  }
  for (const PrunableLayer& layer : layers_)
    if (!layer.dense.empty()) pin(graph.nodes[static_cast<std::size_t>(layer.node)].outputs[0]);
}

void FilterSets::group() {
  const graph::Graph& graph = network_.graph();
  std::map<std::size_t, FilterSet> sets;
  const auto add = [&](std::vector<LayerChannels> FilterSet::*side, std::size_t layer, graph::ValueId value) {
    for (std::int64_t c = 0; c < sets_.channels(value); ++c) {
      const std::size_t id = sets_.set(value, c);
      if (stays_[id]) continue;
      FilterSet& set = sets[id];
      set.id = id;
      std::vector<LayerChannels>& all = set.*side;
      if (all.empty() || all.back().layer != layer) all.push_back({layer, {}});
      all.back().channels.push_back(c);
    }
  };
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const graph::Node& node = graph.nodes[static_cast<std::size_t>(layers_[l].node)];
    if (node.op == "MatMul") continue;  // pins both sides
    add(&FilterSet::filters, l, node.outputs[0]);
    add(&FilterSet::inputs, l, node.inputs[0]);
  }
  using Signature = std::pair<std::vector<std::size_t>, std::vector<std::size_t>>;
  std::map<Signature, std::size_t> known;
  for (auto& [id, set] : sets) {
    if (set.filters.empty() || set.inputs.empty()) continue;
    Signature signature;
    for (const LayerChannels& part : set.filters) signature.first.push_back(part.layer);
    for (const LayerChannels& part : set.inputs) signature.second.push_back(part.layer);
    const auto [at, fresh] = known.try_emplace(std::move(signature), classes_.size());
    if (fresh) classes_.emplace_back();
    classes_[at->second].push_back(std::move(set));
  }
}

std::vector<std::int64_t> FilterSets::kept(graph::ValueId value, const std::vector<bool>& gone) const {
  std::vector<std::int64_t> kept;
  for (std::int64_t c = 0; c < sets_.channels(value); ++c)
    if (!gone[sets_.set(value, c)]) kept.push_back(c);
  return kept;
}

void FilterSets::zero(const std::vector<bool>& gone) {
  const at::NoGradGuard without_gradients;
  for (const graph::Node& node : network_.graph().nodes) {
    const bool layer = graph::mixes_channels(node) && has(node, 1);
    if (!layer && node.op != "BatchNormalization") continue;
    const graph::ValueId in = node.inputs[0], out = node.outputs[0];
    const auto clear = [&](std::size_t input, std::int64_t axis, graph::ValueId value) {
      const at::Tensor rest = channel_indices(others(kept(value, gone), sets_.channels(value)));
      if (rest.numel() > 0) network_.parameter(node.inputs[input])->values.index_fill_(axis, rest, 0);
    };
    clear(1, 0, out);
    if (layer) clear(1, 1, in);
    if (has(node, 2)) clear(2, 0, out);
    if (!layer) clear(3, 0, out);  // the mean
  }
}

std::map<std::string, Tensor> FilterSets::without(const std::vector<bool>& gone) const {
  const at::NoGradGuard without_gradients;
  std::map<std::string, Tensor> constants = network_.weights();
  const auto cut = [&](graph::ValueId id, std::int64_t axis, graph::ValueId value) {
    const std::vector<std::int64_t> left = kept(value, gone);
    if (static_cast<std::int64_t>(left.size()) == sets_.channels(value)) return;
    Tensor& tensor = constants.at(network_.parameter(id)->name);
    tensor = host_tensor(torch_tensor(tensor).index_select(axis, channel_indices(left)));
  };
  for (const graph::Node& node : network_.graph().nodes) {
    const graph::ValueId in = node.inputs.empty() ? graph::kNoValue : node.inputs[0], out = node.outputs[0];
    if (graph::mixes_channels(node)) {
      cut(node.inputs[1], 0, out);
      cut(node.inputs[1], 1, in);
      if (has(node, 2)) cut(node.inputs[2], 0, out);
    } else if (node.op == "BatchNormalization") {
      for (std::size_t i = 1; i < 5; ++i) cut(node.inputs[i], 0, out);
    } else if (node.op == "Reshape" && sets_.axis(out) >= 0) {
      const auto left = static_cast<std::int64_t>(kept(out, gone).size());
      std::vector<std::int64_t> shape = network_.graph().constant(node.inputs[1])->to_int64();
      std::int64_t& size = shape[static_cast<std::size_t>(sets_.axis(out))];
      if (left == sets_.channels(out) || size <= 0) continue;
      size = left;
      constants[network_.graph().value(node.inputs[1]).name] =
          Tensor::of<std::int64_t>(DType::i64, Shape({static_cast<std::int64_t>(shape.size())}), shape);
    }
  }
  return constants;
}

}  // namespace rt3d::pruner
