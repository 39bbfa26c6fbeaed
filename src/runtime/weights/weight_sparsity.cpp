#include "runtime/weights/weight_sparsity.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/log.h"

namespace rt3d::runtime {
namespace {

using kernels::Sparsity;
using kernels::SparsityReport;

constexpr std::size_t kMostWarnings = 5;  // of entries of one property: a damaged one may have any number

bool has_weights(const graph::Graph& graph, const graph::Node& node) {
  return (node.op == "Conv" || node.op == "Gemm") && node.inputs.size() > 1 && graph.constant(node.inputs[1]);
}

// What is multiplied with: weights in Winograd's domain (input 4) where the model brings them. Scaling moves no zeros.
Tensor multiplied_weights(const graph::Graph& graph, const graph::Node& node) {
  return graph.constant(node.inputs[node.inputs.size() > 4 ? 4 : 1])->unscaled();
}

bool among(std::span<const int> sizes, int size) {
  return std::find(sizes.begin(), sizes.end(), size) != sizes.end();
}

// "kgs:8x4"; a share after it is allowed and not read.
std::optional<Sparsity> parse_hint(std::string_view text) {
  try {
    const bool share = std::count(text.begin(), text.end(), ':') > 1;
    const Sparsity hint = kernels::parse_sparsity(share ? std::string(text) : cat(text, ":99%"));
    if (among(kernels::kOutputGroups, hint.gm) && among(kernels::kInputGroups, hint.gn)) return hint;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

// Weights by name, and the nodes that read them: passes may replace weights, but keep nodes' names.
std::map<std::string, std::vector<std::string>> readers_of_weights(const graph::Graph& model) {
  std::map<std::string, std::vector<std::string>> readers;
  for (const graph::Node& node : model.nodes) {
    if (node.op != "Conv" && node.op != "Gemm" && node.op != "MatMul") continue;
    for (const graph::ValueId id : node.inputs) {
      if (id == graph::kNoValue || !model.constant(id)) continue;
      readers[model.value(id).name].push_back(node.name);
      readers[node.name].push_back(node.name);
    }
  }
  readers.erase("");
  return readers;
}

void warn(const std::vector<std::string>& bad) {
  for (std::size_t i = 0; i < std::min(kMostWarnings, bad.size()); ++i)
    log(LogLevel::warning, "metadata ", kSparsityProperty, ": '", bad[i].substr(0, 200),
        "' is ignored; an entry names weights of a convolution or matrix product, like conv2.weight=kgs:8x4 "
        "or "
        "vanilla:32x4, with groups of 4, 8, 16 or 32 by 1, 4 or 8");
  if (bad.size() > kMostWarnings)
    log(LogLevel::warning, "metadata ", kSparsityProperty, ": ", bad.size() - kMostWarnings,
        " more entries are ignored");
}

std::string found_text(const SparsityReport& report) {
  if (report.sparsity) return report.text();
  return report.zeros == 0 ? "dense" : cat(static_cast<int>(100 * report.zeros), "% zeros without structure");
}

bool confirmed(const Sparsity& hint, const SparsityReport& report) {
  return report.sparsity && report.sparsity->gm == hint.gm && report.sparsity->gn == hint.gn &&
         (hint.scheme == kernels::Scheme::kgs || report.sparsity->scheme == hint.scheme);
}

}  // namespace

SparsityHints::SparsityHints(const graph::Graph& model) {
  const auto property = model.metadata.find(kSparsityProperty);
  if (property == model.metadata.end()) return;
  const auto readers = readers_of_weights(model);
  std::vector<std::string> bad;
  std::string_view rest = property->second;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string entry(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (entry.find_first_not_of(" \t\n") == std::string::npos) continue;
    const std::size_t equals = entry.rfind('=');
    const std::string name = entry.substr(0, std::min(equals, entry.size()));
    const auto sparsity =
        equals == std::string::npos ? std::nullopt : parse_hint(std::string_view(entry).substr(equals + 1));
    const auto reader = readers.find(name);
    if (!sparsity || reader == readers.end()) {
      bad.push_back(entry);
      continue;
    }
    by_name_[name] = {entry, *sparsity};
    for (const std::string& node : reader->second)
      if (!node.empty()) by_name_[node] = {entry, *sparsity};
  }
  warn(bad);
}

const SparsityHints::Hint* SparsityHints::find(const graph::Graph& graph, const graph::Node& node) const {
  auto found = by_name_.find(node.name);
  if (found == by_name_.end()) found = by_name_.find(graph.value(node.inputs[1]).name);
  return found == by_name_.end() ? nullptr : &found->second;
}

std::vector<SparsityReport> detect_sparsity(const graph::Graph& graph, const SparsityHints& hints,
                                            ThreadPool& pool) {
  std::vector<SparsityReport> reports(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    if (!has_weights(graph, node)) continue;
    const SparsityHints::Hint* hint = hints.find(graph, node);
    kernels::DetectionRequest request{
        .groups = node.attributes.integer("group", 1), .hint = {}, .pool = &pool};
    if (hint) request.hint = hint->sparsity;
    const Tensor weights = multiplied_weights(graph, node);
    reports[i] = kernels::detect_sparsity(weights, request);
    weights.release_pages();
    if (hint && !confirmed(hint->sparsity, reports[i]))
      log(LogLevel::warning, "metadata ", kSparsityProperty, ": '", hint->entry,
          "' is ignored: the zeros say ", found_text(reports[i]));
  }
  return reports;
}

}  // namespace rt3d::runtime
