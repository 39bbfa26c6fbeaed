#include "runtime/value_layout.h"

#include <algorithm>

#include "runtime/node_treatment.h"

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
  }

  Layouts run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) assign_block(i);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) collect_asks(i);
    for (ValueId id : graph_.outputs) want_planar(id, kernels::Space::host);
    grow_halos();
    return std::move(layouts_);
  }

 private:
  ValueLayout& at(ValueId id) { return layouts_.values[static_cast<std::size_t>(id)]; }

  ValueId root(ValueId id) {
    while (at(id).parent != graph::kNoValue) id = at(id).parent;
    return id;
  }

  void assign_block(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    switch (treatment_of(graph_, node)) {
      case Treatment::kernel: {
        const Choice& choice = choices_[static_cast<std::size_t>(choice_of_node_[i])];
        kernels::Ports& ports = layouts_.nodes[i].ports;
        ports = choice.family->ports(choice.problem, choice.engine->target());
        for (std::size_t j = 0; j < node.outputs.size(); ++j) {
          at(node.outputs[j]).block = ports.outputs[j].block;
          at(node.outputs[j]).space = ports.outputs[j].space;
          at(node.outputs[j]).halo_free = false;
          made_[static_cast<std::size_t>(node.outputs[j])] = true;
        }
        return;
      }
      case Treatment::reshape:
        at(node.outputs[0]).space = layouts_.nodes[i].space = form_of_node_[i].space;
        return;
      case Treatment::slice: return assign_slice(node, layouts_.nodes[i], form_of_node_[i]);
      case Treatment::concat: return assign_concat(node, layouts_.nodes[i], form_of_node_[i]);
    }
  }

  void assign_slice(const graph::Node& node, NodeLayout& layout, Form wanted) {
    const std::int64_t first = first_channel(graph_, node);
    const int block = at(node.inputs[0]).block;
    ValueLayout& out = at(node.outputs[0]);
    out.space = layout.space = wanted.space;
    if (at(node.inputs[0]).space != wanted.space || first % block != 0)
      return;  // then a view of a planar copy
    out.parent = node.inputs[0];
    out.parent_channel = first;
    out.block = block;
  }

  void assign_concat(const graph::Node& node, NodeLayout& layout, Form wanted) {
    std::int64_t channel = 0;
    bool fits = true;
    for (ValueId id : node.inputs) {
      fits = fits && channel % wanted.block == 0;
      channel += graph_.value(id).desc.shape[1];
    }
    const std::int64_t items =
        graph_.value(node.outputs[0]).desc.shape[0];  // planar parts of several would have gaps
    ValueLayout& out = at(node.outputs[0]);
    out.block = fits ? wanted.block : 1;
    out.space = layout.space = wanted.space;
    out.halo_free = false;
    made_[static_cast<std::size_t>(node.outputs[0])] = true;
    channel = 0;
    for (ValueId id : node.inputs) {
      ValueLayout& in = at(id);
      const bool here = made_[static_cast<std::size_t>(id)] && in.parent == graph::kNoValue &&
                        in.space == out.space && in.block == out.block && (out.block > 1 || items == 1);
      layout.in_place.push_back(here);
      if (here) {
        in.parent = node.outputs[0];
        in.parent_channel = channel;
      }
      channel += graph_.value(id).desc.shape[1];
    }
  }

  void collect_asks(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    switch (treatment_of(graph_, node)) {
      case Treatment::kernel:
        for (std::size_t j = 0; j < node.inputs.size(); ++j)
          if (node.inputs[j] != graph::kNoValue && !graph_.constant(node.inputs[j])) {
            const kernels::Port& port = layouts_.nodes[i].ports.inputs[j];
            at(node.inputs[j]).asks.push_back(port);
            if (port.dense()) want_planar(node.inputs[j], port.space);  // planar means without gaps
          }
        return;
      case Treatment::reshape: return want_planar(node.inputs[0], layouts_.nodes[i].space);
      case Treatment::slice:
        if (at(node.outputs[0]).parent == graph::kNoValue)
          want_planar(node.inputs[0], layouts_.nodes[i].space);
        return;
      case Treatment::concat: return;
    }
  }

  void want_planar(ValueId id, kernels::Space space) {
    if (at(id).space == space) at(id).planar_wanted = true;  // else of a copy
  }

  void grow_halos() {
    const auto count = static_cast<ValueId>(graph_.value_count());
    for (ValueId id = 0; id < count; ++id) {
      ValueLayout& r = at(root(id));
      if (r.block == 1 && at(id).planar_wanted) r.halo_free = true;
    }
    for (ValueId id = 0; id < count; ++id) {
      ValueLayout& r = at(root(id));
      if (r.halo_free) continue;
      for (const kernels::Port& ask : at(id).asks) {
        if (ask.block != r.block || ask.space != r.space) continue;
        r.halo_h = std::max(r.halo_h, ask.halo_h);
        r.halo_w = std::max(r.halo_w, ask.halo_w);
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
