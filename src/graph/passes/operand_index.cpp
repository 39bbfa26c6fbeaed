// See operand_index.h. A node with other operands than before gets new slots; the old ones are left behind
// until the index goes.
#include "graph/passes/operand_index.h"

#include <algorithm>

namespace rt3d::graph {
namespace {

thread_local std::int64_t recorded_operands = 0;

}  // namespace

std::int64_t OperandIndex::recorded() { return recorded_operands; }

OperandIndex::OperandIndex(const Graph& graph) {
  std::size_t slots = 0;
  for (const Node& node : graph.nodes) slots += node.inputs.size() + node.outputs.size();
  slots_.reserve(slots);
  ranges_.reserve(graph.nodes.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) update(graph, static_cast<int>(n));
}

std::vector<int> OperandIndex::consumers(ValueId id) const {
  std::vector<int> nodes;
  if (!known(id)) return nodes;
  for (int s = head_[static_cast<std::size_t>(id)]; s != kNone; s = slots_[static_cast<std::size_t>(s)].next)
    nodes.push_back(slots_[static_cast<std::size_t>(s)].node);
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

bool OperandIndex::same(const Range& range, const Node& node) const {
  const auto equal = [](const Slot& slot, ValueId id) { return slot.value == id; };
  const auto first = slots_.begin() + range.first;
  return std::equal(first, first + range.inputs, node.inputs.begin(), node.inputs.end(), equal) &&
         std::equal(first + range.inputs, first + range.inputs + range.outputs, node.outputs.begin(),
                    node.outputs.end(), equal);
}

void OperandIndex::update(const Graph& graph, int n) {
  const std::size_t values = graph.value_count();
  if (producer_.size() < values) {
    producer_.resize(values, kNone);
    head_.resize(values, kNone);
    count_.resize(values, 0);
  }
  const Node& node = graph.nodes[static_cast<std::size_t>(n)];
  if (static_cast<std::size_t>(n) >= ranges_.size()) ranges_.resize(static_cast<std::size_t>(n) + 1);
  Range& range = ranges_[static_cast<std::size_t>(n)];
  if (same(range, node)) return;
  forget(range);
  append(node, n);
}

void OperandIndex::forget(const Range& range) {
  for (int i = 0; i < range.inputs + range.outputs; ++i) {
    const Slot& slot = slots_[static_cast<std::size_t>(range.first + i)];
    if (slot.value == kNoValue) continue;
    const auto value = static_cast<std::size_t>(slot.value);
    if (i >= range.inputs) {
      if (producer_[value] == slot.node) producer_[value] = kNone;
      continue;
    }
    --count_[value];
    (slot.previous == kNone ? head_[value] : slots_[static_cast<std::size_t>(slot.previous)].next) =
        slot.next;
    if (slot.next != kNone) slots_[static_cast<std::size_t>(slot.next)].previous = slot.previous;
  }
}

void OperandIndex::append(const Node& node, int n) {
  recorded_operands += static_cast<std::int64_t>(node.inputs.size() + node.outputs.size());
  ranges_[static_cast<std::size_t>(n)] = {static_cast<int>(slots_.size()),
                                          static_cast<int>(node.inputs.size()),
                                          static_cast<int>(node.outputs.size())};
  for (const ValueId id : node.inputs) {
    const int at = static_cast<int>(slots_.size());
    slots_.push_back({n, id, kNone, kNone});
    if (id == kNoValue) continue;
    int& head = head_[static_cast<std::size_t>(id)];
    slots_.back().next = head;
    if (head != kNone) slots_[static_cast<std::size_t>(head)].previous = at;
    head = at;
    ++count_[static_cast<std::size_t>(id)];
  }
  for (const ValueId id : node.outputs) {
    slots_.push_back({n, id, kNone, kNone});
    if (id != kNoValue) producer_[static_cast<std::size_t>(id)] = n;
  }
}

}  // namespace rt3d::graph
