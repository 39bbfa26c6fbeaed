// A Gather whose constant indices are evenly spaced (exporters write as_strided and x[:, i] so) becomes a
// Slice and a Reshape. Other gathers of computed data are outside the normal form.
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

struct Progression {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

std::optional<Progression> progression_of(const Tensor& indices, std::int64_t size) {
  List list = indices.to_int64();
  if (list.empty()) return std::nullopt;
  for (std::int64_t& i : list) {
    if (i < 0) i += size;
    if (i < 0 || i >= size) return std::nullopt;
  }
  Progression p{list[0], list.size() > 1 ? list[1] - list[0] : 1, static_cast<std::int64_t>(list.size())};
  if (p.step < 1) return std::nullopt;
  for (std::size_t i = 1; i < list.size(); ++i)
    if (list[i] - list[i - 1] != p.step) return std::nullopt;
  return p;
}

bool become_slice(Editor& e, int n) {
  const Node gather = e.node(n);
  if (gather.op != "Gather") return false;
  const TensorDesc& x = e.graph.value(gather.inputs[0]).desc;
  const Tensor* indices = e.graph.constant(gather.inputs[1]);
  const int axis = normalize_axis(gather.attributes.integer("axis", 0), x.shape.rank());
  const auto p = indices ? progression_of(*indices, x.shape[axis]) : std::nullopt;
  if (!p) return false;
  TensorDesc sliced = x;
  sliced.shape[axis] = p->count;
  const ValueId out = gather.outputs[0];
  const ValueId part = e.value(e.graph.value(out).name + ".slice", sliced);
  Node slice{"Slice", gather.name, {gather.inputs[0]}, {part}, {}, {}};
  slice.attributes.set("axes", List{axis});
  slice.attributes.set("starts", List{p->start});
  slice.attributes.set("steps", List{p->step});
  e.kill(n);
  e.add(std::move(slice));
  e.add(Node{"Reshape", gather.name, {part}, {out}, {}, {}});
  return true;
}

}  // namespace

int normalize_gather(Graph& graph, const Evaluator&) { return Editor(graph).walk(become_slice); }

}  // namespace rt3d::graph
