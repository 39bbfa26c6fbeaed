// The passes in order, and the runner: the pipeline is repeated until it changes nothing.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <sstream>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "graph/passes/pass.h"
#include "graph/transformed_weights.h"

namespace rt3d::graph {
namespace {

constexpr int kMostRounds = 5;

constexpr Pass kPipeline[] = {
    {"fold_constants", fold_constants},
    {"normalize_reshape", normalize_reshape},
    {"normalize_gather", normalize_gather},
    {"normalize_layout", normalize_layout},
    {"normalize_window", normalize_window},
    {"normalize_activation", normalize_activation},
    {"normalize_matrix", normalize_matrix},
    {"remove_identity", remove_identity},
    {"cancel_transposes", cancel_transposes},
    {"fold_pad", fold_pad},
    {"fold_batch_norm", fold_batch_norm},
    {"lower_batch_norm", lower_batch_norm},
    {"fold_scale", fold_scale},
    {"fuse_add", fuse_add},
    {"fuse_activation", fuse_activation},
    {"remove_channels", remove_channels},
    {"merge_siblings", merge_siblings},
    {"remove_dead", remove_dead},
};

// By pass: left out at the user's wish.
std::vector<bool> skipped_passes() {
  std::vector<bool> skipped(std::size(kPipeline), false);
  std::istringstream list(env(EnvSwitch::skip_passes));
  for (std::string name; std::getline(list, name, ',');) {
    const auto found = std::find_if(std::begin(kPipeline), std::end(kPipeline),
                                    [&](const Pass& pass) { return pass.name == name; });
    if (found == std::end(kPipeline)) {
      std::string names;
      for (const Pass& pass : kPipeline) names += cat(names.empty() ? "" : ", ", pass.name);
      fail(Code::invalid_argument, kEnvTable[static_cast<int>(EnvSwitch::skip_passes)].name,
           ": there is no pass '", name, "'; the passes are ", names);
    }
    skipped[static_cast<std::size_t>(found - std::begin(kPipeline))] = true;
  }
  return skipped;
}

int run_pass(const Pass& pass, Graph& graph, const Evaluator& evaluate, PassReport& report) {
  const auto start = std::chrono::steady_clock::now();
  try {
    const int rewrites = pass.run(graph, evaluate);
    report.rewrites += rewrites;
    graph.verify();
    report.ns +=
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start)
            .count();
    return rewrites;
  } catch (const Error& error) {
    if (error.code() != Code::internal) throw;
    fail(Code::internal, "pass ", pass.name, ": ", error.what());
  }
}

}  // namespace

std::span<const Pass> pipeline() { return kPipeline; }

std::vector<PassReport> optimize(Graph& graph, const Evaluator& evaluate) {
  const std::vector<std::string> transformed = transformed_weights_names(graph);
  const std::vector<bool> skipped = skipped_passes();
  std::vector<PassReport> reports;
  for (const Pass& pass : pipeline()) reports.push_back({std::string(pass.name), 0, 0});
  if (dump_enabled()) dump_text("graph.00.before.txt", to_text(graph));
  int step = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    int changes = 0;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      const Pass& pass = pipeline()[i];
      if (skipped[i]) continue;
      const int rewrites = run_pass(pass, graph, evaluate, reports[i]);
      changes += rewrites;
      if (rewrites > 0 && dump_enabled())
        dump_text(cat("graph.", ++step < 10 ? "0" : "", step, ".", pass.name, ".txt"), to_text(graph));
    }
    if (changes == 0) break;
  }
  const std::vector<std::string> names = transformed_weights_names(graph);
  const std::set<std::string> left(names.begin(), names.end());
  for (const std::string& name : transformed)
    if (!left.contains(name))
      log(LogLevel::warning, "the transform-domain weights '", name,
          "' are not used: a pass has replaced the weights that they belong to");
  check_normal_form(graph);
  use_transformed_weights(graph);
  return reports;
}

}  // namespace rt3d::graph
