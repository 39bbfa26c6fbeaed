// The table of operators: what may stand in a graph, since which opset, and how shapes follow. One row per operator.
#pragma once

#include <span>
#include <string_view>

#include "graph/ops/inference.h"

namespace rt3d::graph {

inline constexpr int kOldestOpset = 9;
inline constexpr int kNewestOpset = 22;

enum class OpKind {
  computed,       // may stay in a specialised graph
  constant_only,  // must fold: only of constants (shape arithmetic)
  internal,       // made by passes, not accepted from files
};

struct OpRow {
  std::string_view name;
  int since;  // first opset (at least kOldestOpset) that has it
  OpKind kind;
  InferFunction infer;
};

std::span<const OpRow> op_table();             // sorted by name
const OpRow* find_op(std::string_view name);   // nullptr when unknown
std::string supported_operators();             // names accepted from files, comma separated

// Infers and stores the shapes of a node's outputs from its inputs. Throws invalid_model or unsupported, naming the node.
void infer_node(Graph& graph, Node& node);

}  // namespace rt3d::graph
