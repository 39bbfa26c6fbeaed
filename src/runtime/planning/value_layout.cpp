#include "runtime/planning/value_layout.h"

#include <algorithm>

#include "runtime/choosing/views.h"

namespace rt3d::runtime {
namespace {

using graph::ValueId;

class Chooser {
 public:
  Chooser(const graph::Graph& graph, const std::vector<Choice>& choices,
          const std::vector<int>& choice_of_node, const std::vector<Form>& form_of_node)
      : graph_(graph), choices_(choices), choice_of_node_(choice_of_node), form_of_node_(form_of_node) {
    layouts_.values.resize(graph.value_count());
    layouts_.nodes.resize(graph.nodes.size());
    made_.resize(graph.value_count());
    for (std::size_t id = 0; id < layouts_.values.size(); ++id)
      layouts_.values[id].port = plain(static_cast<ValueId>(id));
  }

  Layouts run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) assign_block(i);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) collect_asks(i);
    for (ValueId id : graph_.outputs) want_planar(id, plain(id));
    grow_halos();
    return std::move(layouts_);
  }

 private:
  ValueLayout& at(ValueId id) { return layouts_.values[static_cast<std::size_t>(id)]; }

  kernels::Port plain(ValueId id) const { return port_of(plain_form(graph_.value(id).desc)); }

  ValueId root(ValueId id) {
    while (at(id).parent != graph::kNoValue) id = at(id).parent;
    return id;
  }

  void assign_block(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    NodeLayout& layout = layouts_.nodes[i];
    layout.view = view_of(graph_, node);
    if (layout.view.kind == ViewKind::none) return assign_kernel(i);
    layout.seen = {.space = form_of_node_[i].space, .dtype = form_of_node_[i].dtype};
    at(node.outputs[0]).port = layout.seen;
    if (layout.view.kind == ViewKind::slice) assign_slice(node, layout);
    if (layout.view.kind == ViewKind::concat) assign_concat(node, layout, form_of_node_[i].block);
  }

  void assign_kernel(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    const Choice& choice = choices_[static_cast<std::size_t>(choice_of_node_[i])];
    kernels::Ports& ports = layouts_.nodes[i].ports;
    ports = choice.family->ports(choice.problem, choice.engine->target());
    for (std::size_t j = 0; j < node.outputs.size(); ++j) {
      const kernels::Port& port = ports.outputs[j];
      at(node.outputs[j]).port = {.block = port.block, .space = port.space, .dtype = port.dtype};
      at(node.outputs[j]).halo_free = false;
      made_[static_cast<std::size_t>(node.outputs[j])] = true;
    }
  }

  void assign_slice(const graph::Node& node, const NodeLayout& layout) {
    const ValueLayout& whole = at(node.inputs[0]);
    if (!whole.port.same_memory(layout.seen) || !layout.view.fits(whole.port.block))
      return;  // then a view of a planar copy
    ValueLayout& out = at(node.outputs[0]);
    out.parent = node.inputs[0];
    out.parent_channel = layout.view.part_channels[0];
    out.port.block = whole.port.block;
  }

  void assign_concat(const graph::Node& node, NodeLayout& layout, int wanted_block) {
    const std::int64_t items = graph_.value(node.outputs[0]).desc.shape[0];
    ValueLayout& out = at(node.outputs[0]);
    out.port.block = layout.view.fits(wanted_block) ? wanted_block : 1;
    out.halo_free = false;
    made_[static_cast<std::size_t>(node.outputs[0])] = true;
    for (std::size_t j = 0; j < layout.view.inputs; ++j) {
      const ValueId id = node.inputs[j];
      ValueLayout& in = at(id);
      const bool here = made_[static_cast<std::size_t>(id)] && in.parent == graph::kNoValue &&
                        in.port.same_memory(out.port) && in.port.block == out.port.block &&
                        parts_lie_as_alone(out.port.block, items);
      layout.in_place.push_back(here);
      if (!here) continue;
      in.parent = node.outputs[0];
      in.parent_channel = layout.view.part_channels[j];
    }
  }

  void collect_asks(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    const NodeLayout& layout = layouts_.nodes[i];
    switch (layout.view.kind) {
      case ViewKind::none:
        for (std::size_t j = 0; j < node.inputs.size(); ++j)
          if (node.inputs[j] != graph::kNoValue && !graph_.constant(node.inputs[j])) {
            const kernels::Port& port = layout.ports.inputs[j];
            at(node.inputs[j]).asks.push_back(port);
            if (port.dense()) want_planar(node.inputs[j], port);  // planar means without gaps
          }
        return;
      case ViewKind::reshape: return want_planar(node.inputs[0], layout.seen);
      case ViewKind::slice:
        if (at(node.outputs[0]).parent == graph::kNoValue) want_planar(node.inputs[0], layout.seen);
        return;
      case ViewKind::concat: return;
    }
  }

  void want_planar(ValueId id, const kernels::Port& port) {
    if (at(id).port.same_memory(port)) at(id).planar_wanted = true;  // else of a copy
  }

  void grow_halos() {
    const auto count = static_cast<ValueId>(graph_.value_count());
    for (ValueId id = 0; id < count; ++id) {
      ValueLayout& r = at(root(id));
      if (r.port.block == 1 && at(id).planar_wanted) r.halo_free = true;
    }
    for (ValueId id = 0; id < count; ++id) {
      ValueLayout& r = at(root(id));
      if (r.halo_free) continue;
      for (const kernels::Port& ask : at(id).asks) {
        if (ask.block != r.port.block || !ask.same_memory(r.port)) continue;
        r.port.halo_h = std::max(r.port.halo_h, ask.halo_h);
        r.port.halo_w = std::max(r.port.halo_w, ask.halo_w);
      }
    }
  }

  const graph::Graph& graph_;
  const std::vector<Choice>& choices_;
  const std::vector<int>& choice_of_node_;
  const std::vector<Form>& form_of_node_;
  Layouts layouts_;
  std::vector<bool> made_;  // written by a kernel or collected by a concatenation: may be told where to lie
};

}  // namespace

Layouts choose_layouts(const graph::Graph& graph, const std::vector<Choice>& choices,
                       const std::vector<int>& choice_of_node, const std::vector<Form>& form_of_node) {
  return Chooser(graph, choices, choice_of_node, form_of_node).run();
}

}  // namespace rt3d::runtime
