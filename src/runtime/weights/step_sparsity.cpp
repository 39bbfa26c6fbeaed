#include "runtime/weights/step_sparsity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>

#include "base/error.h"

namespace rt3d::runtime {
namespace {

constexpr double kWorthSaying = 0.01;  // zeros without structure

struct Sizes {
  std::int64_t out, in;
};

// Of constant weights as the operator has them: MatMul and untransposed Gemm keep inputs in front.
std::optional<Sizes> sizes_of(const graph::Graph& graph, const graph::Node& node) {
  if (node.op != "Conv" && node.op != "Gemm" && node.op != "MatMul") return std::nullopt;
  const Tensor* weights = node.inputs.size() > 1 ? graph.constant(node.inputs[1]) : nullptr;
  if (!weights || weights->shape().rank() < 2) return std::nullopt;
  const std::int64_t first = weights->shape()[0], second = weights->shape()[1];
  const bool in_front =
      node.op == "MatMul" || (node.attributes.has("transB") && node.attributes.integer("transB", 0) == 0);
  return in_front ? Sizes{second, first} : Sizes{first, second};
}

// Of all that a node was before the passes: siblings read the same channels and give theirs one after the other.
std::optional<Sizes> sizes_before(const graph::Graph& model, const graph::Node& node) {
  std::optional<Sizes> all;
  for (const graph::NodeId origin : node.origins) {
    const auto part = sizes_of(model, model.nodes[static_cast<std::size_t>(origin)]);
    if (!part || (all && all->in != part->in)) return std::nullopt;
    all = Sizes{part->out + (all ? all->out : 0), part->in};
  }
  return all;
}

std::string counted(std::int64_t count, const char* what) {
  return cat(count, " ", what, count == 1 ? "" : "s");
}

std::string percent(double share) { return cat(std::lround(100 * share), " %"); }

std::string against(double ns, double other_ns, Source source) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%.3g against %.3g ms", ns * 1e-6, other_ns * 1e-6);
  return cat(text.data(), source == Source::estimate || source == Source::near ? " (estimated)" : "");
}

// The fastest alternative whose code is sparse, or is not; nullptr when there is none.
const Alternative* fastest(const Choice& choice, bool sparse) {
  const Alternative* best = nullptr;
  for (const Alternative& a : choice.alternatives)
    if (a.family->traits().leaves_zeros == sparse && !a.reserve && (!best || a.time_ns < best->time_ns))
      best = &a;
  return best;
}

std::string why(const Choice& choice, bool sparse_code) {
  const bool used = choice.family->traits().leaves_zeros;
  const Alternative* other = fastest(choice, !used);
  if (used && !other) return "sparse code";
  if (used)
    return cat("sparse code: ", against(choice.time_ns, other->time_ns, choice.source), ", ",
               other->family->id());
  if (!other) return sparse_code ? "sparse code was not measured" : "no sparse code for this layer";
  const std::string times = against(choice.time_ns, other->time_ns, choice.source);
  return cat("dense ", choice.family->id(),
             choice.time_ns <= other->time_ns ? " is faster: " : " costs less with its neighbours' layouts: ",
             times);
}

std::string removal(const RemovedChannels& removed) {
  if (removed.filters == 0 && removed.inputs == 0) return "";
  std::string text = "removed ";
  if (removed.filters > 0) text += counted(removed.filters, "filter");
  if (removed.filters > 0 && removed.inputs > 0) text += " and ";
  if (removed.inputs > 0) text += counted(removed.inputs, "input channel");
  return text;
}

}  // namespace

std::vector<RemovedChannels> removed_channels(const graph::Graph& model, const graph::Graph& optimized) {
  std::vector<RemovedChannels> removed(optimized.nodes.size());
  for (std::size_t n = 0; n < removed.size(); ++n) {
    const auto was = sizes_before(model, optimized.nodes[n]);
    const auto now = sizes_of(optimized, optimized.nodes[n]);
    if (!was || !now || was->out < now->out || was->in < now->in || now->out * now->in == 0) continue;
    removed[n] = {was->out - now->out, was->in - now->in,
                  static_cast<double>(was->out * was->in) / static_cast<double>(now->out * now->in)};
  }
  return removed;
}

StepSparsity step_sparsity(const Choice& choice, const kernels::SparsityReport& zeros,
                           const RemovedChannels& removed, bool sparse_code) {
  const auto macs = static_cast<double>(kernels::multiply_accumulates(choice.problem));
  StepSparsity result;
  result.zeros = zeros.zeros;
  result.unpruned_macs = std::llround(macs * removed.shrunk);
  result.kept_macs = std::llround(zeros.sparsity ? macs * (1 - zeros.removed) : macs);
  result.note = removal(removed);
  result.sparse_code = choice.family->traits().leaves_zeros;
  const auto add = [&](const std::string& text) { result.note += (result.note.empty() ? "" : "; ") + text; };
  if (zeros.sparsity) {
    result.sparsity = zeros.text();
    add(why(choice, sparse_code));
  } else if (zeros.zeros >= kWorthSaying) {
    add(cat("zeros without structure (", percent(zeros.zeros), ")"));
  }
  if (zeros.zero_filters > 0) add(cat(counted(zeros.zero_filters, "filter"), " of zeros left"));
  return result;
}

}  // namespace rt3d::runtime
