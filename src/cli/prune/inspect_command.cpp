// rt3d-prune inspect: which groups of each layer's weights are zero.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/table.h"
#include "cli/prune/commands.h"
#include "graph/model.h"
#include "pruning/group_grid.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct InspectOptions {
  std::string model, scheme;
  bool as_json = false;
};

void declare(CLI::App& app, InspectOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  app.add_option("--scheme", options.scheme,
                 "Groups to look for (default: those that rt3d-prune wrote into the model, else kgs:8x4)")
      ->type_name("SPEC");
  app.add_flag("--json", options.as_json, "Print JSON");
}

// What multiplies: those in Winograd's domain where there are any.
struct LayerWeights {
  std::string name;
  Tensor values;
  bool transformed = false;
};

struct LayerZeros {
  std::string name, groups_of;  // the scheme
  Shape weights;
  std::int64_t groups = 0, zero_groups = 0;
  std::int64_t count = 0, zeros = 0, grouped_zeros = 0;  // weights; zero ones; those in groups of zeros
};

LayerZeros zeros_of(const LayerWeights& layer, const pruning::GroupSpec& spec) {
  const Tensor& weights = layer.values;
  const pruning::GroupSpec groups = spec.of_layer(layer.transformed);
  const pruning::GroupGrid grid(weights.shape(), groups);
  LayerZeros row{.name = layer.name,
                 .groups_of = layer.transformed ? spec.text() : groups.text(),
                 .weights = weights.shape(),
                 .groups = grid.count(),
                 .count = weights.elements()};
  row.zeros = std::ranges::count(weights.values<float>(), 0.0f);
  const std::vector<double> scores = grid.scores(weights);
  for (std::size_t group = 0; group < scores.size(); ++group) {
    if (scores[group] != 0) continue;
    ++row.zero_groups;
    row.grouped_zeros += grid.extent(static_cast<std::int64_t>(group)).weights();
  }
  return row;
}

// Of several schemes the one whose groups hold most of the zeros; of equals the one with the larger groups.
LayerZeros zeros_of(const LayerWeights& layer, const std::vector<pruning::GroupSpec>& specs) {
  std::optional<LayerZeros> best;
  for (const pruning::GroupSpec& spec : specs)
    if (LayerZeros row = zeros_of(layer, spec);
        !best || std::pair(row.grouped_zeros, -row.groups) > std::pair(best->grouped_zeros, -best->groups))
      best = std::move(row);
  return *best;
}

std::string said(const graph::Graph& model, const char* key, const std::string& otherwise) {
  const auto found = model.metadata.find(key);
  return found == model.metadata.end() ? otherwise : found->second;
}

void run(const InspectOptions& options) {
  const graph::Graph model = graph::load_onnx(options.model);
  const std::string name = options.scheme.empty() ? said(model, kPrunedGroups, "kgs:8x4") : options.scheme;
  const std::vector<pruning::GroupSpec> specs = as_said([&] { return pruning::parse_group_specs(name); });
  std::vector<LayerZeros> rows;
  for (const graph::Node& node : model.nodes) {
    if (node.op != "Conv" && node.op != "Gemm" && node.op != "MatMul") continue;
    const Tensor* weights = node.inputs.size() > 1 ? model.constant(node.inputs[1]) : nullptr;
    if (!weights || weights->dtype() != DType::f32 || weights->shape().rank() < 2) continue;
    const graph::Value& value = model.value(node.inputs[1]);
    const Tensor& values = value.transformed ? value.transformed->values : *weights;
    rows.push_back(zeros_of(
        {node.name.empty() ? value.name : node.name, values.aligned_copy(), value.transformed != nullptr},
        specs));
  }
  if (options.as_json) {
    json layers = json::array();
    for (const LayerZeros& row : rows)
      layers.push_back({{"name", row.name},
                        {"weights", row.weights.text()},
                        {"groups_of", row.groups_of},
                        {"groups", row.groups},
                        {"zero_groups", row.zero_groups},
                        {"weight_count", row.count},
                        {"zeros", row.zeros},
                        {"zeros_in_groups", row.grouped_zeros}});
    return print_json({{"model", options.model},
                       {"groups", name},
                       {"method", said(model, kPrunedMethod, "")},
                       {"rate", said(model, kPrunedRate, "")},
                       {"layers", layers}});
  }
  if (const std::string rate = said(model, kPrunedRate, ""); !rate.empty())
    std::printf("pruned by rt3d-prune: %s, %s, %s times fewer multiply-adds\n\n",
                said(model, kPrunedMethod, "?").c_str(), said(model, kPrunedGroups, "?").c_str(),
                rate.c_str());
  Table table("lllrrrr");
  table.add({"layer", "weights", "scheme", "groups", "zero groups", "zeros", "in such groups"});
  table.rule();
  const auto percent = [](std::int64_t part, std::int64_t all) {
    return all > 0 ? fixed(100 * static_cast<double>(part) / static_cast<double>(all), 1) + " %" : "";
  };
  for (const LayerZeros& row : rows)
    table.add({row.name, row.weights.text(), row.groups_of, std::to_string(row.groups),
               percent(row.zero_groups, row.groups), percent(row.zeros, row.count),
               percent(row.grouped_zeros, row.zeros)});
  std::printf("%s", table.text().c_str());
}

}  // namespace

Runner prune_inspect_command(CLI::App& app) { return bind<InspectOptions>(app, declare, run); }

}  // namespace rt3d::cli
