// What the runtime needs of this folder: load a model, fix its input shapes, optimise. See graph.h for the graph itself.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace rt3d::graph {

// Reads an ONNX file (opset 9 to 22) with its external data, or a model held in memory (external data is then looked up
// only when `folder` is given). Throws invalid_model, unsupported (naming operator, node and what is supported) or io.
// Weights stay in the mapped or parsed file and are shared by every graph copied from this one.
Graph load_onnx(const std::filesystem::path& path);
Graph parse_onnx(std::span<const std::byte> bytes, const std::filesystem::path& folder = {});

// Writes the graph as an ONNX file with embedded weights (opset 17). Throws io.
void save_onnx(const Graph& graph, const std::filesystem::path& path);
std::string onnx_bytes(const Graph& graph);  // what such a file holds

// Writes the model of the file `from` with other values in some of its constants (initializers and Constant nodes), named as in the
// file, and with `metadata` added to its properties. All else stays as the exporter wrote it: nodes, names, opsets, what RT3D does not
// know. External data becomes part of the file. `to` may be `from`. Throws invalid_argument when a name is not there or the shapes
// differ, unsupported above 2 GiB, io.
// With Shapes::may_differ constants may have other shapes; what the file says of the shapes of values in between is then left out.
// `transformed`, where it is given, is all that the written model has of weights in Winograd's transform domain (transformed_weights.h):
// initializers that are not there yet are added, and the property that names them says these only.
enum class Shapes { stay, may_differ };
struct TransformedConstant {
  std::string weights;  // the spatial ones, as the file names them
  TransformedWeights values;
};
void save_with_constants(const std::filesystem::path& from, const std::map<std::string, Tensor>& constants,
                         const std::map<std::string, std::string>& metadata, const std::filesystem::path& to,
                         Shapes shapes = Shapes::stay,
                         const std::vector<TransformedConstant>* transformed = nullptr);

// Evaluates one node whose inputs are all constant; lent by whoever has kernels (the reference backend).
using Evaluator = std::function<std::vector<Tensor>(const Node& node, std::span<const Tensor* const> inputs,
                                                    std::span<const TensorDesc> outputs)>;

// Fixes the graph's dynamic input dimensions ("?"): shapes by input name; inputs that are not named must be static or have
// only a dynamic batch (taken as 1). Then, node by node, infers shapes and folds what is constant (Shape/Gather/Cast/… chains). Throws invalid_argument for
// wrong names or shapes, invalid_model when the graph does not fit them.
void specialize(Graph& graph, const std::map<std::string, Shape>& input_shapes, const Evaluator& evaluate);

struct PassReport {
  std::string pass;
  int rewrites = 0;
  std::int64_t ns = 0;
};

// Runs the pass pipeline over a specialised graph (RT3D_SKIP_PASSES leaves passes out, RT3D_DUMP writes the graph after each
// pass that changed it) and verifies the graph after each. The result is in the normal form of passes/README.md.
std::vector<PassReport> optimize(Graph& graph, const Evaluator& evaluate);

// Number of elements of all constants used by nodes: what papers call parameters.
std::int64_t parameter_count(const Graph& graph);

}  // namespace rt3d::graph
