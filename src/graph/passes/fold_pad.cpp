// A Pad with zeros of spatial dimensions goes into the Conv or AveragePool behind it. An average then has to
// count the padding (count_include_pad): possible only where it counted its own, or had none. A MaxPool pads
// with -infinity: no.
#include <algorithm>

#include "graph/ops/window.h"
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

// The pads of the spatial dimensions, when they are all that is padded, with zeros.
std::optional<List> spatial_zero_pads(const Node& pad, int rank) {
  const List pads = pad.attributes.integers("pads", {});
  if (pad.inputs.size() != 1 || pad.attributes.string("mode", "constant") != "constant" ||
      pad.attributes.real("value", 0) != 0 || static_cast<int>(pads.size()) != 2 * rank || rank < 3)
    return std::nullopt;
  List spatial;
  for (int i = 0; i < 2 * rank; ++i) {
    const std::int64_t p = pads[static_cast<std::size_t>(i)];
    if (i % rank >= 2)
      spatial.push_back(p);
    else if (p != 0)
      return std::nullopt;
    if (p < 0) return std::nullopt;
  }
  return spatial;
}

bool average_can_take(const Node& pool, const List& own, const List& more) {
  const bool counts = pool.attributes.integer("count_include_pad", 0) != 0;
  const bool unpadded = std::all_of(own.begin(), own.end(), [](std::int64_t p) { return p == 0; });
  const List kernel = pool.attributes.integers("kernel_shape", {});
  const List dilations = pool.attributes.integers("dilations", {});
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i] + more[i] > dilations[i % kernel.size()] * (kernel[i % kernel.size()] - 1)) return false;
  return counts || unpadded;
}

bool fold_zeros(Editor& e, int n) {
  Node& node = e.node(n);
  if (node.op != "Conv" && node.op != "AveragePool") return false;
  const int before = e.producer(node.inputs[0], "Pad");
  if (before < 0) return false;
  const Node& pad = e.node(before);
  const auto more = spatial_zero_pads(pad, e.shape(node.inputs[0]).rank());
  List pads = node.attributes.integers("pads", {});
  if (!more || pads.size() != more->size()) return false;
  const bool average = node.op == "AveragePool";
  if (average && !average_can_take(node, pads, *more)) return false;
  for (std::size_t i = 0; i < pads.size(); ++i)
    if ((pads[i] += (*more)[i]) > kLargestPad) return false;
  if (average) node.attributes.set("count_include_pad", std::int64_t{1});
  node.attributes.set("pads", pads);
  node.inputs[0] = pad.inputs[0];
  return true;
}

}  // namespace

int fold_pad(Graph& graph, const Evaluator&) { return Editor(graph).walk(fold_zeros); }

}  // namespace rt3d::graph
