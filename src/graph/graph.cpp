// The graph's bookkeeping: ids, uses, ordering and the check that a pass left everything in order.
#include "graph/graph.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::graph {
namespace {

constexpr int kUnseen = 0;
constexpr int kOpen = 1;
constexpr int kDone = 2;

[[noreturn]] void broken(const Node& node, const std::string& what) {
  fail(Code::internal, "the graph is broken at ", node.op, " '", node.name, "': ", what);
}

}  // namespace

std::string node_text(const std::string& op, const std::string& name, const std::string& output) {
  if (!name.empty()) return cat(op, " '", name, "'");
  return output.empty() ? op + " (no name, no output)" : cat(op, " (no name, output '", output, "')");
}

std::string node_text(const Graph& graph, const Node& node) {
  const bool gives = !node.outputs.empty() && node.outputs[0] != kNoValue;
  return node_text(node.op, node.name, gives ? graph.value(node.outputs[0]).name : "");
}

ValueId Graph::add_value(std::string name, TensorDesc desc, bool shape_known) {
  values_.push_back({std::move(name), std::move(desc), shape_known, std::nullopt});
  return static_cast<ValueId>(values_.size() - 1);
}

ValueId Graph::add_constant(std::string name, Tensor tensor) {
  const ValueId id = add_value(std::move(name), tensor.desc(), true);
  value(id).constant = std::move(tensor);
  return id;
}

const Tensor* Graph::constant(ValueId id) const {
  if (id == kNoValue || !value(id).constant) return nullptr;
  return &*value(id).constant;
}

bool Graph::is_output(ValueId id) const {
  return std::find(outputs.begin(), outputs.end(), id) != outputs.end();
}

Graph::Uses Graph::uses() const {
  Uses uses;
  uses.producer.assign(values_.size(), -1);
  uses.consumers.resize(values_.size());
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    for (ValueId id : nodes[n].inputs)
      if (id != kNoValue) uses.consumers[static_cast<std::size_t>(id)].push_back(static_cast<int>(n));
    for (ValueId id : nodes[n].outputs)
      if (id != kNoValue) uses.producer[static_cast<std::size_t>(id)] = static_cast<int>(n);
  }
  return uses;
}

void Graph::number_nodes() {
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].origins = {static_cast<NodeId>(i)};
}

void Graph::erase_nodes(const std::vector<bool>& dead) {
  std::size_t kept = 0;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    if (n < dead.size() && dead[n]) continue;
    if (kept != n) nodes[kept] = std::move(nodes[n]);
    ++kept;
  }
  nodes.resize(kept);
}

// Depth first over producers with a stack of its own, so that an already ordered graph keeps its order and a
// long chain cannot exhaust the call stack.
void Graph::sort_topologically() {
  const Uses all = uses();
  std::vector<int> state(nodes.size(), kUnseen);
  std::vector<std::size_t> order;
  std::vector<std::pair<std::size_t, std::size_t>> stack;  // node, next input to look at
  for (std::size_t root = 0; root < nodes.size(); ++root) {
    if (state[root] != kUnseen) continue;
    stack.emplace_back(root, 0);
    state[root] = kOpen;
    while (!stack.empty()) {
      auto& [n, next] = stack.back();
      if (next == nodes[n].inputs.size()) {
        state[n] = kDone;
        order.push_back(n);
        stack.pop_back();
        continue;
      }
      const ValueId id = nodes[n].inputs[next++];
      const int producer = id == kNoValue ? -1 : all.producer[static_cast<std::size_t>(id)];
      if (producer < 0 || state[static_cast<std::size_t>(producer)] == kDone) continue;
      if (state[static_cast<std::size_t>(producer)] == kOpen)
        fail(Code::invalid_model, "the graph has a cycle through ", node_text(*this, nodes[n]));
      state[static_cast<std::size_t>(producer)] = kOpen;
      stack.emplace_back(static_cast<std::size_t>(producer), 0);
    }
  }
  std::vector<Node> sorted;
  sorted.reserve(nodes.size());
  for (std::size_t n : order) sorted.push_back(std::move(nodes[n]));
  nodes = std::move(sorted);
}

std::string Graph::unique_name(const std::string& stem) {
  for (; named_ < values_.size(); ++named_) names_.try_emplace(values_[named_].name, 1);
  const auto taken = names_.find(stem);
  if (taken == names_.end()) return stem;
  for (int& i = taken->second;; ++i) {
    std::string name = stem + "." + std::to_string(i);
    if (!names_.contains(name)) return name;
  }
}

void Graph::verify() const {
  const auto in_range = [&](ValueId id) { return id >= 0 && static_cast<std::size_t>(id) < values_.size(); };
  std::vector<bool> ready(values_.size(), false);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Value& v = values_[i];
    if (!v.constant) continue;
    if (v.constant->desc() != v.desc)
      fail(Code::internal, "constant '", v.name, "' does not match its description");
    ready[i] = true;
  }
  for (ValueId id : inputs) {
    if (!in_range(id)) fail(Code::internal, "an input of the graph does not exist");
    ready[static_cast<std::size_t>(id)] = true;
  }
  for (const Node& node : nodes) {
    for (ValueId id : node.inputs) {
      if (id == kNoValue) continue;
      if (!in_range(id)) broken(node, "an input does not exist");
      if (!ready[static_cast<std::size_t>(id)])
        broken(node, "it reads '" + value(id).name + "' before it is produced");
    }
    for (ValueId id : node.outputs) {
      if (id == kNoValue) continue;
      if (!in_range(id)) broken(node, "an output does not exist");
      if (ready[static_cast<std::size_t>(id)]) broken(node, "'" + value(id).name + "' is produced twice");
      ready[static_cast<std::size_t>(id)] = true;
    }
  }
  for (ValueId id : outputs)
    if (!in_range(id) || !ready[static_cast<std::size_t>(id)])
      fail(Code::internal, "an output of the graph is never produced");
}

}  // namespace rt3d::graph
