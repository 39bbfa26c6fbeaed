#include "cli/prune/prune_report.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"
#include "cli/prune/time_target.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

std::string note_of(const pruner::LayerOutcome& layer) {
  if (!layer.scheme.empty()) return layer.scheme;
  return "dense: " + (layer.dense.empty() ? "others lose less" : layer.dense);
}

}  // namespace

json json_of(const PruneResult& result) {
  const pruner::OneShotReport& report = result.report;
  json layers = json::array();
  for (const pruner::LayerOutcome& layer : report.layers)
    layers.push_back({{"name", layer.name},
                      {"weights", layer.weights.text()},
                      {"macs", layer.macs},
                      {"kept_macs", layer.kept_macs},
                      {"groups", layer.scheme},
                      {"changed", layer.lost},
                      {"note", note_of(layer)}});
  json document = {
      {"model", result.model},           {"output", result.output}, {"groups", result.scheme},
      {"method", result.method},         {"macs", report.macs},     {"kept_macs", report.kept_macs},
      {"rate", report.rate()},           {"clips", result.clips},   {"unreadable", result.unreadable},
      {"same_class", result.same_class}, {"layers", layers}};
  if (result.times) {
    document["target_ms"] = result.goal_ns / 1e6;
    document["dense_ms"] = result.times->dense_ns / 1e6;
    document["pruned_ms"] = result.times->pruned_ns / 1e6;
  }
  return document;
}

void print(const PruneResult& result) {
  const pruner::OneShotReport& report = result.report;
  Table table("llrrrrl");
  table.add({"layer", "weights", "MACs", "kept", "share", "changed", ""});
  table.rule();
  for (const pruner::LayerOutcome& layer : report.layers)
    table.add({layer.name, layer.weights.text(), millions(layer.macs), millions(layer.kept_macs),
               fixed(100 * layer.kept(), 1) + " %",
               layer.dense.empty() ? fixed(100 * layer.lost, 2) + " %" : "", note_of(layer)});
  table.rule();
  table.add({"all", "", millions(report.macs), millions(report.kept_macs),
             fixed(100 / report.rate(), 1) + " %", "", ""});
  std::printf("%s", table.text().c_str());
  std::printf(
      "%s: %s times fewer multiply-adds; the clips it was pruned with: same class as before for %zu of %zu\n",
      printable(result.output).c_str(), fixed(report.rate(), 3).c_str(), result.same_class, result.clips);
  if (result.times)
    std::printf("measured: dense %s ms, pruned %s ms (%s times faster); wanted: %s ms\n",
                milliseconds(result.times->dense_ns).c_str(), milliseconds(result.times->pruned_ns).c_str(),
                fixed(result.times->dense_ns / result.times->pruned_ns, 2).c_str(),
                milliseconds(result.goal_ns).c_str());
}

std::string missed_time(const PruneResult& result) {
  if (!result.times || std::fabs(result.times->pruned_ns / result.goal_ns - 1) <= kTimeWithin) return "";
  return join("the pruned model takes ", milliseconds(result.times->pruned_ns), " ms, not the wanted ",
              milliseconds(result.goal_ns),
              " ms: the machine is disturbed, or layers become faster in larger steps than that; try again");
}

}  // namespace rt3d::cli
