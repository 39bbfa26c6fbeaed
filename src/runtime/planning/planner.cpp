#include "runtime/planning/planner.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "base/error.h"
#include "kernels/ref/ref.h"
#include "runtime/choosing/selection.h"
#include "runtime/choosing/views.h"
#include "runtime/planning/layout.h"
#include "runtime/planning/memory_plan.h"
#include "runtime/planning/node_problem.h"

namespace rt3d::runtime {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t ns_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

void require_support(const graph::Node& node, const Choice& choice, const Devices& devices) {
  if (!devices.supporting(choice.problem).empty()) return;
  const std::vector<Devices::Member>& members = devices.members();
  if (std::ranges::none_of(members, [](const Devices::Member& m) { return m.row->fallback != nullptr; }))
    fail(Code::unsupported, describe(node), ": the device '", devices.names(), "' cannot compute ",
         choice.text, "; list 'cpu' behind it for what it cannot: '", devices.names(), ",cpu'");
  std::string known;
  for (const std::string& name : kernels::ref::operators()) known += cat(known.empty() ? "" : " ", name);
  fail(Code::unsupported, describe(node), ": the device '", devices.names(), "' cannot compute ", choice.text,
       "; its operators are ", known);
}

std::int64_t limit_of(std::int64_t memory_limit) {
  if (memory_limit > 0) return memory_limit;
  return static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

// A damaged or hostile model may describe tensors of any size: it is refused before they are measured with or allocated.
void require_memory(std::int64_t bytes, const std::string& what, std::int64_t limit) {
  if (bytes <= limit) return;
  fail(Code::out_of_memory, what, " needs ", bytes >> 20,
       " MiB for activations and what kernels work in; at most ", limit >> 20,
       " MiB may be used. Smaller input shapes need less, and fewer threads");
}

// Weights that many nodes share, each scaled in another way, are packed for each: a small file can ask for
// any amount.
void require_memory_for_weights(const Plan& plan) {
  const std::int64_t limit = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  std::int64_t bytes = 0;
  for (const KernelSpec& kernel : plan.kernels) {
    const Choice& choice = plan.choices[static_cast<std::size_t>(kernel.choice)];
    bytes += choice.family->packed_bytes(choice.problem, choice.schedule, choice.engine->target());
    if (bytes > limit)
      fail(Code::out_of_memory, "the model's weights, as packed for its ", plan.kernels.size(),
           " kernels, need more than the ", limit >> 20, " MiB of this machine");
  }
}

std::int64_t activation_bytes(const kernels::Problem& problem) {
  const auto bytes_of = [](const TensorDesc& desc) {
    return desc.shape.elements() * static_cast<std::int64_t>(dtype_bytes(desc.dtype));
  };
  std::int64_t bytes = 0;
  for (const kernels::Operand& input : problem.inputs)
    if (!input.absent && !input.constant) bytes += bytes_of(input.desc);
  for (const TensorDesc& output : problem.outputs) bytes += bytes_of(output);
  return bytes;
}

// Of the node's constants, what is in memory, whether or not somebody reads it.
std::int64_t held_bytes(const graph::Graph& graph, const graph::Node& node) {
  std::int64_t bytes = 0;
  for (const graph::ValueId id : node.inputs)
    if (const Tensor* constant = graph.constant(id); constant && !constant->in_file())
      bytes += static_cast<std::int64_t>(constant->byte_count());
  return bytes;
}

}  // namespace

GraphProblems problems_of(const graph::Graph& graph, const std::vector<kernels::SparsityReport>& zeros,
                          const Devices& devices, std::int64_t memory_limit) {
  const std::int64_t limit = limit_of(memory_limit);
  GraphProblems problems{{}, std::vector<int>(graph.nodes.size(), -1)};
  std::vector<Choice>& choices = problems.choices;
  std::unordered_map<std::string, int> index_of;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    if (view_kind(graph, node) != ViewKind::none) continue;
    Choice choice;
    choice.problem = problem_of(graph, node);
    if (zeros[i].sparsity)
      choice.problem.attributes.set(kernels::kSparsityAttribute, zeros[i].sparsity->text());
    choice.text = choice.problem.text();
    require_memory(activation_bytes(choice.problem), describe(node), limit);
    const auto [found, fresh] = index_of.try_emplace(choice.text, static_cast<int>(choices.size()));
    problems.choice_of_node[i] = found->second;
    if (fresh) {
      require_support(node, choice, devices);
      choices.push_back(std::move(choice));
    } else {
      ++choices[static_cast<std::size_t>(found->second)].uses;
    }
    choices[static_cast<std::size_t>(found->second)].held_bytes += held_bytes(graph, node);
  }
  return problems;
}

Program make_program(const graph::Graph& graph, const PlanRequest& request) {
  const std::int64_t limit = limit_of(request.memory_limit);
  Program program;
  program.stock = request.stock;
  Plan& plan = program.plan;
  auto start = Clock::now();
  plan.zeros =
      request.zeros ? *request.zeros : detect_sparsity(graph, request.hints, request.devices.host().pool());
  if (request.detect_ns) *request.detect_ns = ns_since(start);
  GraphProblems problems = problems_of(graph, plan.zeros, request.devices, request.memory_limit);
  plan.choices = std::move(problems.choices);
  std::vector<int>& choice_of_node = problems.choice_of_node;
  start = Clock::now();
  choose(plan.choices, request.devices, request.tuning, request.db);
  if (request.choose_ns) *request.choose_ns = ns_since(start);
  const Copies copies(request.devices);
  const Selection selection = select(graph, plan.choices, choice_of_node, copies, request.weight_limit);
  plan.predicted_ns = selection.kernels_ns + selection.conversions_ns;
  apply(selection, plan.choices, choice_of_node);
  assign_layouts(program, graph, choice_of_node, selection.forms, copies);

  require_memory_for_weights(plan);
  for (const Storage& s : plan.storages)
    require_memory(static_cast<std::int64_t>(s.bytes), "one tensor with its padding", limit);
  place_storages(plan);
  require_memory(static_cast<std::int64_t>(plan.all_arenas_bytes()), "the whole model", limit);
  start = Clock::now();
  compile(program);
  if (request.compile_ns) *request.compile_ns = ns_since(start);
  require_memory(static_cast<std::int64_t>(plan.all_arenas_bytes()), "the whole model", limit);
  return program;
}

}  // namespace rt3d::runtime
