// Who produces and who consumes each value, for a graph that is being rewritten: one node is updated at a
// time, at the cost of its operands. Operands are slots in one array; those that read the same value form a
// list.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace rt3d::graph {

class OperandIndex {
 public:
  explicit OperandIndex(const Graph& graph);

  // A value added since the last update has none.
  int producer(ValueId id) const { return known(id) ? producer_[static_cast<std::size_t>(id)] : -1; }
  int consumer_count(ValueId id) const { return known(id) ? count_[static_cast<std::size_t>(id)] : 0; }
  std::vector<int> consumers(ValueId id) const;  // ascending; a node that reads a value twice appears twice

  // Takes over what node n reads and writes now; n may be new.
  void update(const Graph& graph, int n);

  // Operands that all indices of this thread have taken over so far: what rewriting has cost, for tests.
  static std::int64_t recorded();

 private:
  static constexpr int kNone = -1;
  struct Slot {
    int node;
    ValueId value;
    int next, previous;  // slots that read the same value
  };
  struct Range {
    int first = 0, inputs = 0, outputs = 0;  // slots of a node: inputs, then outputs
  };

  bool known(ValueId id) const { return id != kNoValue && static_cast<std::size_t>(id) < producer_.size(); }
  void set(const Range& range, int operand, ValueId id);
  void unlink(const Slot& slot);
  void forget_producer(const Slot& slot);

  std::vector<Slot> slots_;
  std::vector<Range> ranges_;                 // by node
  std::vector<int> producer_, head_, count_;  // by value
};

}  // namespace rt3d::graph
