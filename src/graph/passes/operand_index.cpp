// See operand_index.h. A node with more or fewer operands than before gets new slots; the old ones are left
// behind until the index goes.
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
  const Range wanted{range.first, static_cast<int>(node.inputs.size()),
                     static_cast<int>(node.outputs.size())};
  if (range.inputs != wanted.inputs || range.outputs != wanted.outputs) {
    for (int i = 0; i < range.inputs + range.outputs; ++i) set(range, i, kNoValue);
    range = wanted;
    range.first = static_cast<int>(slots_.size());
    slots_.resize(slots_.size() + node.inputs.size() + node.outputs.size(), {n, kNoValue, kNone, kNone});
  }
  for (int i = 0; i < range.inputs; ++i) set(range, i, node.inputs[static_cast<std::size_t>(i)]);
  for (int i = 0; i < range.outputs; ++i)
    set(range, range.inputs + i, node.outputs[static_cast<std::size_t>(i)]);
}

void OperandIndex::set(const Range& range, int operand, ValueId id) {
  const int at = range.first + operand;
  Slot& slot = slots_[static_cast<std::size_t>(at)];
  if (slot.value == id) return;
  ++recorded_operands;
  const bool input = operand < range.inputs;
  if (slot.value != kNoValue) input ? unlink(slot) : forget_producer(slot);
  slot.value = id;
  if (id == kNoValue) return;
  if (!input) {
    producer_[static_cast<std::size_t>(id)] = slot.node;
    return;
  }
  int& head = head_[static_cast<std::size_t>(id)];
  slot.previous = kNone;
  slot.next = head;
  if (head != kNone) slots_[static_cast<std::size_t>(head)].previous = at;
  head = at;
  ++count_[static_cast<std::size_t>(id)];
}

void OperandIndex::unlink(const Slot& slot) {
  const auto value = static_cast<std::size_t>(slot.value);
  --count_[value];
  (slot.previous == kNone ? head_[value] : slots_[static_cast<std::size_t>(slot.previous)].next) = slot.next;
  if (slot.next != kNone) slots_[static_cast<std::size_t>(slot.next)].previous = slot.previous;
}

// Unless another node writes the value by now.
void OperandIndex::forget_producer(const Slot& slot) {
  int& producer = producer_[static_cast<std::size_t>(slot.value)];
  if (producer == slot.node) producer = kNone;
}

}  // namespace rt3d::graph
