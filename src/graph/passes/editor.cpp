// See editor.h.
#include "graph/passes/editor.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::graph {
namespace {

// More rewrites than this for each node and value at the start have no end: passes need a handful.
constexpr std::size_t kMostRewritesEach = 64;
constexpr std::size_t kMostRewritesOfSmall = 4096;
constexpr int kMostSweeps = 100;  // what is possible behind them is left to the pipeline's next round

std::size_t most_rewrites(const Graph& graph) {
  return kMostRewritesOfSmall + kMostRewritesEach * (graph.nodes.size() + graph.value_count());
}

}  // namespace

Editor::Editor(Graph& graph)
    : graph(graph), index_(graph), dead_(graph.nodes.size(), false), output_(graph.value_count(), false) {
  for (const ValueId id : graph.outputs) output_[static_cast<std::size_t>(id)] = true;
}

int Editor::producer(ValueId id, std::string_view op) const {
  const int n = producer(id);
  return n >= 0 && graph.nodes[static_cast<std::size_t>(n)].op == op ? n : -1;
}

const Tensor* Editor::floats(ValueId id) {
  const Tensor* tensor = graph.constant(id);
  if (!tensor || tensor->dtype() != DType::f32) return nullptr;
  if (!tensor->aligned()) graph.value(id).constant = tensor->aligned_copy();
  return graph.constant(id);
}

bool Editor::has_floats(ValueId id) const {
  const Tensor* tensor = graph.constant(id);
  return tensor && tensor->dtype() == DType::f32;
}

Tensor Editor::take(ValueId id) {
  Tensor tensor = *graph.constant(id);
  if (used_once(id)) graph.value(id).constant.reset();
  return tensor;
}

void Editor::kill(int n) {
  dead_[static_cast<std::size_t>(n)] = true;
  node(n).inputs.clear();
  node(n).outputs.clear();
}

void Editor::add(Node node) {
  touched_.push_back(static_cast<int>(graph.nodes.size()));
  graph.nodes.push_back(std::move(node));
  dead_.push_back(false);
}

void Editor::replace_inputs(ValueId from, ValueId to) {
  for (const int n : consumers(from)) {
    std::vector<ValueId>& inputs = node(n).inputs;
    std::replace(inputs.begin(), inputs.end(), from, to);
  }
}

// After a rewrite at node n, or none: what was handed out may read and write other values now. What a sweep
// has passed already is looked at once more.
void Editor::settle(int n, bool rewritten) {
  for (const int t : touched_) index_.update(graph, t);
  if (rewritten) {
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (const int t : touched_) {
      if (t <= n) again_.push_back(t);
      for (const ValueId id : graph.nodes[static_cast<std::size_t>(t)].inputs)
        if (const int before = producer(id); before >= 0 && before <= n) again_.push_back(before);
    }
  }
  touched_.clear();
}

bool Editor::visit(int n, const std::function<bool(Editor&, int)>& rewrite) {
  if (dead_[static_cast<std::size_t>(n)]) return false;
  const bool rewritten = rewrite(*this, n);
  settle(n, rewritten);
  return rewritten;
}

int Editor::walk(const std::function<bool(Editor&, int)>& rewrite) {
  const std::size_t most = most_rewrites(graph);
  std::size_t count = 0;
  const auto try_at = [&](int n) {
    if (!visit(n, rewrite)) return;
    if (++count > most)
      fail(Code::internal, "no end after ", count, " rewrites of ", graph.nodes.size(), " nodes");
  };
  // Sweeps over all nodes until one changes nothing; between them, whatever became possible behind a sweep's
  // back.
  std::size_t before = count + 1;
  for (int sweep = 0; before != count && sweep < kMostSweeps; ++sweep) {
    before = count;
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) try_at(n);
    while (!again_.empty()) {
      std::vector<int> round;
      std::swap(round, again_);
      std::sort(round.begin(), round.end());
      round.erase(std::unique(round.begin(), round.end()), round.end());
      for (const int n : round) try_at(n);
    }
  }
  if (count > 0) {
    graph.erase_nodes(dead_);
    graph.sort_topologically();
    dead_.assign(graph.nodes.size(), false);
    index_ = OperandIndex(graph);
  }
  return static_cast<int>(count);
}

}  // namespace rt3d::graph
