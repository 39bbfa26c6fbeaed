// See folding.h.
#include "graph/passes/folding.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "graph/ops/op_table.h"

namespace rt3d::graph {
namespace {

constexpr std::int64_t kResultsPerConstant = 4;
constexpr std::int64_t kWorkPerConstant = 64;

std::int64_t bytes_of(const TensorDesc& desc) {
  return desc.shape.elements() * static_cast<std::int64_t>(dtype_bytes(desc.dtype));
}

// Multiplications beyond one per element read or written.
std::int64_t multiplications(const Graph& graph, const Node& node) {
  const Shape& out = graph.value(node.outputs[0]).desc.shape;
  const Shape& in = graph.value(node.inputs[0]).desc.shape;
  std::int64_t each = 0;
  if (node.op == "Conv") {
    const Shape& weights = graph.value(node.inputs[1]).desc.shape;
    each = weights.elements(1, weights.rank());
  } else if ((node.op == "MatMul" || node.op == "Gemm") && in.rank() > 0) {
    each = in[node.attributes.integer("transA", 0) != 0 ? 0 : in.rank() - 1];
  } else if (node.attributes.has("kernel_shape")) {
    each = 1;
    for (const std::int64_t k : node.attributes.integers("kernel_shape", {}))
      if (k > 0) each = std::min(each, Shape::kMaxElements / k) * k;
  }
  const std::int64_t positions = std::max<std::int64_t>(1, out.elements());
  return each > std::numeric_limits<std::int64_t>::max() / 4 / positions
             ? std::numeric_limits<std::int64_t>::max() / 4
             : each * positions;
}

// Takes what the node's results will cost off the graph's budget; false when there is not enough left.
bool afford(Graph& graph, const Node& node) {
  FoldingBudget cost{0, multiplications(graph, node)};
  for (const ValueId id : node.outputs)
    if (id != kNoValue) cost.bytes += bytes_of(graph.value(id).desc);
  cost.work += cost.bytes;
  for (const ValueId id : node.inputs)
    if (id != kNoValue) cost.work += bytes_of(graph.value(id).desc);
  FoldingBudget& left = graph.folding;
  if (cost.bytes <= left.bytes && cost.work <= left.work) {
    left.bytes -= cost.bytes;
    left.work -= cost.work;
    return true;
  }
  if (find_op(node.op)->kind == OpKind::constant_only)
    fail(Code::unsupported, "node ", node_text(graph, node), ": its result ",
         graph.value(node.outputs[0]).desc.shape.text(),
         " would have to be computed when the model is loaded: ", cost.bytes, " bytes and ", cost.work,
         " operations, of ", left.bytes, " and ", left.work,
         " that are left for constants of a model of this size. Simplified models (onnxsim) hold such "
         "results as "
         "initializers");
  return false;
}

void set_constant(Value& value, Tensor tensor) {
  value.desc = tensor.desc();
  value.shape_known = true;
  value.constant = std::move(tensor);
}

Tensor list_of(const std::vector<std::int64_t>& values) {
  return Tensor::of<std::int64_t>(DType::i64, Shape{static_cast<std::int64_t>(values.size())}, values);
}

// Shape and Size need their input's shape, not its data.
bool fold_from_shape(Graph& graph, const Node& node) {
  if (node.op != "Shape" && node.op != "Size") return false;
  const Value& input = graph.value(node.inputs[0]);
  if (!input.shape_known) return false;
  const Shape& shape = input.desc.shape;
  Value& output = graph.value(node.outputs[0]);
  if (node.op == "Size") {
    set_constant(output, list_of({shape.elements()}).reshaped(Shape{}));
    return true;
  }
  const std::int64_t start = node.attributes.integer("start", 0);
  const std::int64_t first =
      std::clamp<std::int64_t>(start < 0 ? start + shape.rank() : start, 0, shape.rank());
  const std::int64_t count = output.desc.shape[0];
  const auto from = shape.begin() + first;
  set_constant(output, list_of({from, from + count}));
  return true;
}

// ConstantOfShape: one value, in node.tensors, repeated.
bool fold_fill(Graph& graph, const Node& node) {
  if (node.op != "ConstantOfShape" || !graph.constant(node.inputs[0]) || !afford(graph, node)) return false;
  const auto it = node.tensors.find("value");
  const TensorDesc& desc = graph.value(node.outputs[0]).desc;
  const auto size = dtype_bytes(desc.dtype);
  Tensor tensor = Tensor::allocate(desc);
  std::memset(tensor.mutable_data(), 0, tensor.bytes().size());
  if (it != node.tensors.end())
    for (std::int64_t i = 0; i < tensor.elements(); ++i)
      std::memcpy(tensor.mutable_data() + static_cast<std::size_t>(i) * size, it->second.bytes().data(),
                  size);
  set_constant(graph.value(node.outputs[0]), std::move(tensor));
  return true;
}

bool is_copy(const Node& node) { return node.op == "Identity" || node.op == "Dropout"; }

}  // namespace

FoldingBudget folding_budget(const Graph& graph) {
  using Bytes = std::pair<const std::byte*, const std::byte*>;
  std::vector<Bytes> parts;
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (const Tensor* constant = graph.constant(static_cast<ValueId>(i)); constant && !constant->scaled())
      parts.emplace_back(constant->bytes().data(), constant->bytes().data() + constant->bytes().size());
  std::sort(parts.begin(), parts.end());
  std::int64_t bytes = 0;
  const std::byte* end = nullptr;
  for (const auto& [first, last] : parts) {
    if (last <= end) continue;
    bytes += last - std::max(first, end);
    end = last;
  }
  return {std::max(FoldingBudget().bytes, kResultsPerConstant * bytes),
          std::max(FoldingBudget().work, kWorkPerConstant * bytes)};
}

bool fold_node(Graph& graph, const Node& node, const Evaluator& evaluate) {
  if (fold_from_shape(graph, node) || fold_fill(graph, node)) return true;
  std::vector<const Tensor*> inputs;
  for (ValueId id : node.inputs) {
    inputs.push_back(graph.constant(id));
    if (id != kNoValue && !inputs.back()) return false;
  }
  if (inputs.empty() || !inputs[0]) return false;
  if (is_copy(node)) {
    set_constant(graph.value(node.outputs[0]), Tensor(*inputs[0]));
    return true;
  }
  std::vector<TensorDesc> outputs;
  for (ValueId id : node.outputs) {
    if (id == kNoValue) return false;
    outputs.push_back(graph.value(id).desc);
  }
  const std::int64_t bytes_left = graph.folding.bytes;
  if (!afford(graph, node)) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] && inputs[i]->scaled()) {
      Value& value = graph.value(node.inputs[i]);
      value.constant = value.constant->in_memory();
    }
  std::vector<Tensor> results;
  try {
    results = evaluate(node, inputs, outputs);
  } catch (const Error& error) {
    // What may be computed at run time as well is left to the passes, which bring it into a form that can be
    // evaluated.
    graph.folding.bytes = bytes_left;
    if (error.code() == Code::out_of_memory || find_op(node.op)->kind == OpKind::constant_only) throw;
    return false;
  }
  for (const Tensor* input : inputs)
    if (input) input->release_pages();
  if (results.size() < outputs.size())
    fail(Code::internal, "evaluating ", node.op, " gave ", results.size(), " results");
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (results[i].desc() != outputs[i])
      fail(Code::internal, "evaluating ", node.op, " gave an unexpected shape");
    set_constant(graph.value(node.outputs[i]), std::move(results[i]));
  }
  return true;
}

}  // namespace rt3d::graph
