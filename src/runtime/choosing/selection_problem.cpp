#include "runtime/choosing/selection_problem.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "runtime/choosing/forms.h"
#include "runtime/choosing/views.h"

namespace rt3d::runtime {
namespace {

using graph::ValueId;

constexpr double kForbidden = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostForms = 4;  // of one value; sets of more are not told apart
constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();

// By state of a variable: the form of a value it writes …
using Gives = std::vector<Written>;
// … and of a value it reads.
struct Reader {
  std::size_t variable;
  std::vector<Form> wants;
};

class Builder {
 public:
  Builder(SelectionProblem& out, const graph::Graph& graph, const std::vector<Choice>& choices,
          const std::vector<int>& choice_of_node, const Copies& copies, bool allow_reserves)
      : out_(out),
        graph_(graph),
        choices_(choices),
        choice_of_node_(choice_of_node),
        copies_(copies),
        allow_reserves_(allow_reserves),
        writer_(graph.value_count(), kNobody),
        gives_(graph.value_count()),
        readers_(graph.value_count()) {}

  void run() {
    out_.pbqp.costs.resize(graph_.nodes.size());
    out_.packed_bytes.resize(graph_.nodes.size());
    out_.forms.resize(graph_.nodes.size());
    // An input of the graph or its output: planar, and not to be changed.
    for (ValueId id : graph_.inputs) write(id, add_variable(1), {{plain(id), true}});
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) add_node(i);
    for (ValueId id : graph_.outputs)
      if (!graph_.constant(id)) read(id, add_variable(1), {plain(id)});
    for (std::size_t id = 0; id < readers_.size(); ++id) connect(id);
  }

 private:
  std::size_t add_variable(std::size_t states) {
    out_.pbqp.costs.emplace_back(states, 0.0);
    return out_.pbqp.costs.size() - 1;
  }

  Form plain(ValueId id) const { return id == graph::kNoValue ? Form{} : plain_form(graph_.value(id).desc); }

  void write(ValueId id, std::size_t variable, Gives gives) {
    writer_[static_cast<std::size_t>(id)] = variable;
    gives_[static_cast<std::size_t>(id)] = std::move(gives);
  }

  void read(ValueId id, std::size_t variable, std::vector<Form> wants) {
    readers_[static_cast<std::size_t>(id)].push_back({variable, std::move(wants)});
  }

  void add_node(std::size_t i) {
    const View view = view_of(graph_, graph_.nodes[i]);
    return view.kind == ViewKind::none ? add_kernel(i) : add_view(i, view);
  }

  void add_kernel(std::size_t i) {
    const graph::Node& node = graph_.nodes[i];
    const Choice& choice = choices_[static_cast<std::size_t>(choice_of_node_[i])];
    std::vector<std::vector<Form>> wants(node.inputs.size());
    std::vector<Gives> gives(node.outputs.size());
    for (const Alternative& a : choice.alternatives) {
      out_.pbqp.costs[i].push_back(a.reserve && !allow_reserves_ ? kForbidden : a.time_ns);
      out_.packed_bytes[i].push_back(a.packed_bytes);
      const kernels::Ports ports = a.family->ports(choice.problem, a.engine->target());
      for (std::size_t j = 0; j < wants.size(); ++j)
        wants[j].push_back(j < ports.inputs.size() ? form_of(ports.inputs[j]) : plain(node.inputs[j]));
      for (std::size_t j = 0; j < gives.size(); ++j)
        gives[j].push_back(
            {j < ports.outputs.size() ? form_of(ports.outputs[j]) : plain(node.outputs[j]), false});
    }
    for (std::size_t j = 0; j < wants.size(); ++j)
      if (node.inputs[j] != graph::kNoValue && !graph_.constant(node.inputs[j]))
        read(node.inputs[j], i, std::move(wants[j]));
    for (std::size_t j = 0; j < gives.size(); ++j) write(node.outputs[j], i, std::move(gives[j]));
  }

  // Input and output are of one form, whichever it is.
  void add_view(std::size_t i, const View& view) {
    const graph::Node& node = graph_.nodes[i];
    const std::vector<Form> forms = forms_of(node, view);
    out_.forms[i] = forms;
    out_.pbqp.costs[i].assign(forms.size(), 0.0);
    Gives gives;
    for (Form form : forms) gives.push_back({form, view.rigid(form.block)});
    for (std::size_t j = 0; j < view.inputs; ++j) read(node.inputs[j], i, forms);
    write(node.outputs[0], i, std::move(gives));
  }

  // Planar, in the host's memory and wherever an input may have been written; and the blocks that inputs may have been written in.
  std::vector<Form> forms_of(const graph::Node& node, const View& view) const {
    std::set<Form> planar{plain(node.outputs[0])}, blocked;
    for (std::size_t j = 0; j < view.inputs; ++j)
      for (const Written& w : gives_[static_cast<std::size_t>(node.inputs[j])]) {
        planar.insert({.space = w.form.space, .dtype = w.form.dtype});
        if (w.form.block > 1 && view.fits(w.form.block)) blocked.insert(w.form);
      }
    std::vector<Form> forms(planar.begin(), planar.end());
    forms.insert(forms.end(), blocked.begin(), blocked.end());
    return forms;
  }

  void connect(std::size_t id) {
    const std::vector<Reader>& readers = readers_[id];
    if (readers.empty() || writer_[id] == kNobody) return;
    copy_ns_.clear();
    std::set<Form> wanted;
    for (const Reader& reader : readers) wanted.insert(reader.wants.begin(), reader.wants.end());
    if (readers.size() > 1 && wanted.size() > 1 && wanted.size() <= kMostForms)
      return connect_shared(id, {wanted.begin(), wanted.end()});
    for (const Reader& reader : readers) {
      CostMatrix costs(gives_[id].size(), reader.wants.size());
      for (std::size_t s = 0; s < costs.rows(); ++s)
        for (std::size_t t = 0; t < costs.columns(); ++t)
          costs.at(s, t) = price(id, gives_[id][s], reader.wants[t]) / single_share(readers, wanted);
      out_.pbqp.add(writer_[id], reader.variable, costs);
    }
  }

  // Readers that all want one form share the price of it.
  static double single_share(const std::vector<Reader>& readers, const std::set<Form>& wanted) {
    return wanted.size() == 1 ? static_cast<double>(readers.size()) : 1;
  }

  // Whether a reader of `wanted` sees what was written, which then can have no frame.
  static bool dense_beside(Form written, Form wanted) {
    return wanted == Form{.space = written.space, .dtype = written.dtype};
  }

  // A variable whose states are the sets of forms that the value is kept in, as bits of state + 1.
  void connect_shared(std::size_t id, const std::vector<Form>& wanted) {
    const std::size_t sets = (std::size_t{1} << wanted.size()) - 1;
    const auto holds = [](std::size_t state, std::size_t form) { return ((state + 1) >> form & 1) != 0; };
    // Planar storage that somebody reads without gaps has no frame.
    const auto beside = [&](Written written, std::size_t set) {
      for (std::size_t f = 0; f < wanted.size(); ++f)
        written.rigid = written.rigid || (holds(set, f) && dense_beside(written.form, wanted[f]));
      return written;
    };
    const std::size_t kept = add_variable(sets);
    CostMatrix making(gives_[id].size(), sets);
    for (std::size_t s = 0; s < making.rows(); ++s)
      for (std::size_t t = 0; t < sets; ++t)
        for (std::size_t f = 0; f < wanted.size(); ++f)
          if (holds(t, f)) making.at(s, t) += price(id, beside(gives_[id][s], t), wanted[f]);
    out_.pbqp.add(writer_[id], kept, making);
    for (const Reader& reader : readers_[id]) {
      CostMatrix having(sets, reader.wants.size());
      for (std::size_t s = 0; s < sets; ++s)
        for (std::size_t t = 0; t < reader.wants.size(); ++t) {
          const auto form = static_cast<std::size_t>(
              std::find(wanted.begin(), wanted.end(), reader.wants[t]) - wanted.begin());
          having.at(s, t) = holds(s, form) ? 0 : kForbidden;
        }
      out_.pbqp.add(kept, reader.variable, having);
    }
  }

  double price(std::size_t id, Written written, Form wanted) {
    if (!needs_copy(written, wanted)) return 0;
    const auto [known, fresh] = copy_ns_.try_emplace({written.form, wanted}, 0.0);
    if (fresh)
      known->second = copies_.ns(graph_.value(static_cast<ValueId>(id)).desc.shape, port_of(written.form),
                                 port_of(wanted));
    return known->second;
  }

  SelectionProblem& out_;
  const graph::Graph& graph_;
  const std::vector<Choice>& choices_;
  const std::vector<int>& choice_of_node_;
  const Copies& copies_;
  bool allow_reserves_;
  std::vector<std::size_t> writer_;  // by value: the variable
  std::vector<Gives> gives_;
  std::vector<std::vector<Reader>> readers_;
  std::map<std::pair<Form, Form>, double> copy_ns_;  // of the value that is being connected
};

}  // namespace

SelectionProblem::SelectionProblem(const graph::Graph& graph, const std::vector<Choice>& choices,
                                   const std::vector<int>& choice_of_node, const Copies& copies,
                                   bool allow_reserves) {
  Builder(*this, graph, choices, choice_of_node, copies, allow_reserves).run();
}

std::int64_t SelectionProblem::bytes(const std::vector<std::size_t>& states) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < packed_bytes.size(); ++i)
    if (!packed_bytes[i].empty()) sum += packed_bytes[i][states[i]];
  return sum;
}

double SelectionProblem::kernels_ns(const std::vector<std::size_t>& states) const {
  double sum = 0;
  for (std::size_t i = 0; i < packed_bytes.size(); ++i) sum += pbqp.costs[i][states[i]];
  return sum;
}

}  // namespace rt3d::runtime
