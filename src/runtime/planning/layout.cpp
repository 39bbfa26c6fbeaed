#include "runtime/planning/layout.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "runtime/choosing/views.h"
#include "runtime/planning/node_problem.h"
#include "runtime/planning/value_layout.h"

namespace rt3d::runtime {
namespace {

using graph::ValueId;
using kernels::Placement;
using kernels::Port;

bool has_form(const Shape& shape) { return shape.rank() >= 2 && shape.rank() <= 5; }

class Emitter {
 public:
  Emitter(Program& program, const graph::Graph& graph, const std::vector<int>& choice_of_node,
          const std::vector<Form>& form_of_node, const Copies& copies)
      : plan_(program.plan),
        constants_(program.constants),
        graph_(graph),
        choice_of_node_(choice_of_node),
        copies_(copies),
        layouts_(choose_layouts(graph, plan_.choices, choice_of_node, form_of_node)),
        lies_(graph.value_count()) {}

  void run() {
    for (ValueId id : graph_.inputs) {
      native(id);
      plan_.inputs.push_back(lies_[static_cast<std::size_t>(id)][0]);
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) emit(i);
    for (ValueId id : graph_.outputs) emit_output(id);
    finish_lifetimes();
  }

 private:
  const ValueLayout& at(ValueId id) const { return layouts_.values[static_cast<std::size_t>(id)]; }
  std::vector<Location>& lies(ValueId id) { return lies_[static_cast<std::size_t>(id)]; }

  Location allocate(const Shape& shape, const Port& port) {
    Location location;
    location.desc = {port.dtype, shape};
    location.storage = static_cast<int>(plan_.storages.size());
    location.placement = Placement::of(shape, port);
    location.first = location.placement.origin();
    const std::int64_t elements = has_form(shape) ? location.placement.elements(shape) : shape.elements();
    Storage storage;
    storage.bytes = static_cast<std::size_t>(elements) * dtype_bytes(port.dtype);
    storage.space = port.space;
    storage.dtype = port.dtype;
    storage.first_step = kUntouched;
    plan_.storages.push_back(storage);
    return location;
  }

  // Where the value's producer writes it.
  Location native(ValueId id) {
    if (!lies(id).empty()) return lies(id)[0];
    const ValueLayout& layout = at(id);
    const Shape& shape = graph_.value(id).desc.shape;
    const Location location = layout.parent == graph::kNoValue
                                  ? allocate(shape, layout.port)
                                  : part_of(native(layout.parent), layout.parent_channel, shape);
    return lies(id).emplace_back(location);
  }

  static Location part_of(Location whole, std::int64_t channel, const Shape& shape) {
    whole.first += part_offset(whole.placement, channel);
    whole.desc.shape = shape;
    return whole;
  }

  // What the location satisfies.
  Port port_at(const Location& l) const {
    return {l.placement.block, l.placement.halo_h, l.placement.halo_w, plan_.space_of(l), l.desc.dtype};
  }

  bool fits(const Location& location, const Port& port, bool wants_dense) const {
    const Port here = port_at(location);
    if (!here.same_memory(port) || here.block != port.block || here.halo_h < port.halo_h ||
        here.halo_w < port.halo_w)
      return false;
    return !wants_dense || dense(location);
  }

  // The value in a layout that satisfies the port, copied by a new step when there is none yet.
  Location reach(ValueId id, Port port, const std::string& name) {
    const bool wants_dense = port.dense();
    native(id);
    for (const Location& location : lies(id))
      if (fits(location, port, wants_dense)) return location;
    if (!wants_dense)
      for (const Port& ask : at(id).asks)
        if (ask.block == port.block && ask.same_memory(port)) {
          port.halo_h = std::max(port.halo_h, ask.halo_h);
          port.halo_w = std::max(port.halo_w, ask.halo_w);
        }
    const Location to = allocate(graph_.value(id).desc.shape, port);
    copy(name, lies(id)[0], to);
    return lies(id).emplace_back(to);
  }

  void copy(const std::string& name, const Location& from, const Location& to) {
    Choice choice = copies_.choice(to.desc.shape, port_at(from), port_at(to));
    const auto [known, fresh] =
        choice_of_copy_.try_emplace(choice.text, static_cast<int>(plan_.choices.size()));
    if (fresh)
      plan_.choices.push_back(std::move(choice));
    else
      ++plan_.choices[static_cast<std::size_t>(known->second)].uses;
    const int kernel = kernel_index({known->second, {from.placement}, {to.placement}}, {Tensor()});
    push({.name = name, .kernel = kernel, .inputs = {from}, .outputs = {to}});
  }

  void push(Step step) {
    const int index = static_cast<int>(plan_.steps.size());
    for (const auto* side : {&step.inputs, &step.outputs})
      for (const Location& location : *side) touch(location, index);
    plan_.steps.push_back(std::move(step));
  }

  void touch(const Location& location, int step) {
    if (location.storage == kNoStorage) return;
    Storage& storage = plan_.storages[static_cast<std::size_t>(location.storage)];
    if (storage.first_step == kUntouched) storage.first_step = step;
    storage.last_step = std::max(storage.last_step, step);
  }

  void emit(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    const NodeLayout& layout = layouts_.nodes[i];
    switch (layout.view.kind) {
      case ViewKind::none: return emit_kernel(i);
      case ViewKind::reshape: return emit_reshape(node, layout);
      case ViewKind::slice: return emit_slice(node, layout);
      case ViewKind::concat: return emit_concat(node, layout);
    }
  }

  void emit_kernel(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    const kernels::Ports& ports = layouts_.nodes[i].ports;
    const int choice = choice_of_node_[i];
    // By value: copies that the inputs need add choices.
    const std::vector<kernels::Operand> operands =
        plan_.choices[static_cast<std::size_t>(choice)].problem.inputs;
    Step step;
    step.name = node.name;
    step.node = static_cast<int>(i);
    KernelSpec spec;
    spec.choice = choice;
    Constants constants;
    for (std::size_t j = 0; j < operands.size(); ++j) {
      const kernels::Operand& operand = operands[j];
      Location location;
      Tensor constant;
      if (operand.constant)
        constant = *graph_.constant(node.inputs[j]);
      else if (!operand.absent)
        location = reach(node.inputs[j], ports.inputs[j], node.name);
      spec.inputs.push_back(location.placement);
      constants.push_back(std::move(constant));
      step.inputs.push_back(std::move(location));
    }
    for (ValueId id : node.outputs) {
      step.outputs.push_back(native(id));
      spec.outputs.push_back(step.outputs.back().placement);
    }
    step.kernel = kernel_index(std::move(spec), std::move(constants));
    push(std::move(step));
  }

  int kernel_index(KernelSpec spec, Constants constants) {
    Identities identities;
    for (const Tensor& constant : constants) identities.push_back(constant.identity());
    std::vector<int>& alike = kernels_[{spec.choice, std::move(identities)}];
    for (int index : alike) {
      const KernelSpec& other = plan_.kernels[static_cast<std::size_t>(index)];
      if (other.inputs == spec.inputs && other.outputs == spec.outputs) return index;
    }
    alike.push_back(static_cast<int>(plan_.kernels.size()));
    plan_.kernels.push_back(std::move(spec));
    constants_.push_back(std::move(constants));
    return alike.back();
  }

  void emit_reshape(const graph::Node& node, const NodeLayout& layout) {
    Location view = reach(node.inputs[0], layout.seen, node.name);
    const TensorDesc &whole = graph_.value(node.inputs[0]).desc, &desc = graph_.value(node.outputs[0]).desc;
    if (desc.dtype != whole.dtype || desc.shape.elements() != whole.shape.elements())
      fail(Code::invalid_model, describe(node), ": cannot view ", whole.shape.text(), " as ",
           desc.shape.text());
    view.desc.shape = desc.shape;
    view.placement = Placement::of(desc.shape, {});
    lies(node.outputs[0]) = {view};
  }

  void emit_slice(const graph::Node& node, const NodeLayout& layout) {
    const ValueId id = node.outputs[0];
    if (at(id).parent != graph::kNoValue) {
      native(id);
      return;
    }
    lies(id) = {part_of(reach(node.inputs[0], layout.seen, node.name), layout.view.part_channels[0],
                        graph_.value(id).desc.shape)};
  }

  void emit_concat(const graph::Node& node, const NodeLayout& layout) {
    const Location whole = native(node.outputs[0]);
    for (std::size_t j = 0; j < layout.view.inputs; ++j)
      if (!layout.in_place[j])
        copy(node.name, native(node.inputs[j]),
             part_of(whole, layout.view.part_channels[j], graph_.value(node.inputs[j]).desc.shape));
  }

  void emit_output(ValueId id) {
    PlanOutput output;
    if (const Tensor* constant = graph_.constant(id)) {
      output.constant = constant->in_memory();
      output.location.desc = constant->desc();
    } else {
      const graph::Value& value = graph_.value(id);
      output.location = reach(id, port_of(plain_form(value.desc)), value.name);
    }
    plan_.outputs.push_back(std::move(output));
  }

  // Inputs stay for later runs, outputs until the next run.
  void finish_lifetimes() {
    const int end = static_cast<int>(plan_.steps.size());
    const auto storage = [&](const Location& l) {
      return &plan_.storages[static_cast<std::size_t>(l.storage)];
    };
    for (const Location& input : plan_.inputs) *storage(input) = whole_run(*storage(input), end);
    for (const PlanOutput& output : plan_.outputs)
      if (output.location.storage != kNoStorage) storage(output.location)->last_step = end;
    for (Storage& s : plan_.storages) s.first_step = std::min(s.first_step, s.last_step);
  }

  static Storage whole_run(Storage storage, int end) {
    storage.first_step = 0;
    storage.last_step = end;
    return storage;
  }

  static constexpr int kUntouched = 1 << 30;

  Plan& plan_;
  std::vector<Constants>& constants_;
  const graph::Graph& graph_;
  const std::vector<int>& choice_of_node_;
  const Copies& copies_;
  Layouts layouts_;
  std::vector<std::vector<Location>> lies_;  // per value: where its producer writes it, then converted copies
  using Identities = std::vector<std::pair<const void*, const void*>>;
  std::map<std::pair<int, Identities>, std::vector<int>> kernels_;  // by choice and constants
  std::map<std::string, int> choice_of_copy_;                       // by problem
};

}  // namespace

void assign_layouts(Program& program, const graph::Graph& graph, const std::vector<int>& choice_of_node,
                    const std::vector<Form>& form_of_node, const Copies& copies) {
  Emitter(program, graph, choice_of_node, form_of_node, copies).run();
}

}  // namespace rt3d::runtime
