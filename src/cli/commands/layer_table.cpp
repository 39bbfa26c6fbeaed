#include "cli/commands/layer_table.h"

#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/short_problem.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

bool has_weights(const Step& step) {
  return step.problem.rfind("Conv ", 0) == 0 || step.problem.rfind("Gemm ", 0) == 0;
}

// "kgs:8x4:28%" in two: scheme and group, and the share.
std::string scheme_of(const Step& step) { return step.sparsity.substr(0, step.sparsity.rfind(':')); }

double kept_share(const Step& step) {
  return step.macs > 0 ? static_cast<double>(step.kept_macs) / static_cast<double>(step.macs) : 1;
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

}  // namespace

std::string layer_table(const std::vector<Step>& steps, bool all) {
  Table table("lllrrrrll");
  table.add({"layer", "problem", "zeros in", "zeros", "kept", "MACs before", "after", "code", "why"});
  table.rule();
  bool any = false;
  for (const Step& step : steps) {
    if (!has_weights(step) || (!all && step.sparsity_note.empty())) continue;
    any = true;
    table.add({step.name, short_problem(step.problem), scheme_of(step),
               step.zero_share > 0 ? percent(step.zero_share) : "",
               step.sparsity.empty() ? "" : percent(kept_share(step)), millions(step.unpruned_macs),
               millions(step.kept_macs), step.sparse_code ? "sparse" : "dense", step.sparsity_note});
  }
  return any ? table.text() : "";
}

json layers_json(const std::vector<Step>& steps) {
  json layers = json::array();
  for (const Step& step : steps) {
    if (!has_weights(step)) continue;
    layers.push_back({{"name", step.name},
                      {"problem", step.problem},
                      {"family", step.family},
                      {"sparsity", step.sparsity},
                      {"zeros", step.zero_share},
                      {"kept", kept_share(step)},
                      {"unpruned_macs", step.unpruned_macs},
                      {"macs", step.macs},
                      {"kept_macs", step.kept_macs},
                      {"sparse_code", step.sparse_code},
                      {"note", step.sparsity_note}});
  }
  return layers;
}

std::string pruning_text(const rt3d_session_stats& stats) {
  if (stats.unpruned_macs == stats.kept_macs || stats.kept_macs <= 0) return "";
  const double rate = static_cast<double>(stats.unpruned_macs) / static_cast<double>(stats.kept_macs);
  return join(millions(stats.unpruned_macs), " before pruning, ", millions(stats.kept_macs),
              " after: ", fixed(rate, 2), " x");
}

}  // namespace rt3d::cli
