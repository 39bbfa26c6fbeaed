// What random_graphs.cpp makes a graph with: values that there are, nodes that are added where they may be, and a function for each
// operator (random_graph_operators.cpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "graph/graph.h"

namespace rt3d::tests {

using graph::Graph;
using graph::Node;
using graph::ValueId;
using Integers = std::vector<std::int64_t>;

// Of an activation: a graph takes milliseconds. Large ones have layers for which Winograd's methods are worth their transforms.
constexpr std::int64_t kMostElements = 12'000, kMostElementsOfLarge = 40'000;

class GraphMaker {
 public:
  explicit GraphMaker(std::uint64_t seed) : random_(seed) {}

  Graph make();

 private:
  struct Row {
    int weight;  // how often it is drawn
    void (GraphMaker::*add)();
  };
  static const Row kRows[];
  void add_any_operator();  // drawn by weight

  std::int64_t below(std::int64_t bound) { return random_.below(bound); }
  bool once_in(std::int64_t times) { return below(times) == 0; }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  Integers each(int count, std::int64_t low, std::int64_t high) {
    Integers out;
    for (int i = 0; i < count; ++i) out.push_back(between(low, high));
    return out;
  }

  const Shape& shape(ValueId id) const { return graph_.value(id).desc.shape; }
  // A value that was made before, rather a late one than an early one, of at least this rank.
  ValueId any(int least_rank = 1) {
    for (int tries = 0; tries < 20; ++tries) {
      const auto size = static_cast<std::int64_t>(live_.size());
      const ValueId id = live_[static_cast<std::size_t>(std::max(below(size), below(size)))];
      if (shape(id).rank() >= least_rank) return id;
    }
    return live_.front();
  }
  ValueId other_of_shape(ValueId like) {
    std::vector<ValueId> same;
    for (ValueId id : live_)
      if (id != like && shape(id) == shape(like)) same.push_back(id);
    return same.empty() ? like
                        : same[static_cast<std::size_t>(below(static_cast<std::int64_t>(same.size())))];
  }

  ValueId constant(const Shape& shape, float low, float high) {
    Tensor tensor = Tensor::allocate({DType::f32, shape});
    for (float& value : tensor.mutable_values<float>()) value = random_.uniform(low, high);
    return graph_.add_constant(cat("c", names_++), std::move(tensor));
  }
  ValueId integers(const Integers& values) {
    return graph_.add_constant(
        cat("c", names_++),
        Tensor::of<std::int64_t>(DType::i64, Shape{static_cast<std::int64_t>(values.size())}, values));
  }

  // Adds a node unless what it would compute is refused or too large; gives its outputs, which are then live.
  std::vector<ValueId> emit(const char* op, std::vector<ValueId> inputs, Attributes attributes = {},
                            int outputs = 1);
  ValueId emit_one(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    const auto made = emit(op, std::move(inputs), std::move(attributes));
    return made.empty() ? graph::kNoValue : made[0];
  }

  void conv();
  void norm();
  void activation();
  void clip();
  void swish();
  void pool();
  void global_pool();
  void mean();
  void residual();
  void gate();
  void by_constant();
  void concat();
  void slice();
  void split();
  void pad();
  void transpose();
  void reshape();
  void squeeze();
  void fully_connected();
  void matmul();
  void softmax();
  void passed_through();

  Random random_;
  Graph graph_;
  std::vector<ValueId> live_;
  int names_ = 0;
  bool large_ = false;
  std::int64_t most_elements_ = kMostElements;
};

}  // namespace rt3d::tests
