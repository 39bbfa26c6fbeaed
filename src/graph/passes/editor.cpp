// See editor.h.
#include "graph/passes/editor.h"

#include "base/error.h"

namespace rt3d::graph {

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
  graph.nodes.push_back(std::move(node));
  dead_.push_back(false);
}

int Editor::walk(const std::function<bool(Editor&, int)>& rewrite) {
  int count = 0;
  for (int before = -1; before != count;) {
    before = count;
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
      if (dead_[static_cast<std::size_t>(n)] || !rewrite(*this, n)) continue;
      ++count;
      uses_ = graph.uses();
      if (count > (1 << 22)) fail(Code::internal, "a pass does not come to an end");
    }
  }
  if (count > 0) {
    graph.erase_nodes(dead_);
    graph.sort_topologically();
    dead_.assign(graph.nodes.size(), false);
    uses_ = graph.uses();
  }
  return count;
}

}  // namespace rt3d::graph
