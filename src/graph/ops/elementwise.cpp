// Shapes of operations that work element by element, and of Softmax.
#include "graph/ops/infer_functions.h"
#include "graph/ops/onnx_types.h"

namespace rt3d::graph {

void infer_unary(Inference& c) {
  c.require_inputs(1, 3);  // Dropout has up to three
  c.give(c.desc(0).dtype, c.shape(0));
}

void infer_clip(Inference& c) {
  c.require_inputs(1, 3);
  for (std::size_t i = 1; i < 3; ++i)
    if (c.has(i)) c.require(c.shape(i).elements() == 1, "the limits must be scalars");
  c.give(c.desc(0).dtype, c.shape(0));
}

void infer_binary(Inference& c) {
  c.require_inputs(2, 2);
  if (c.node.op != "Pow") c.require_same_dtype();
  c.give(c.desc(0).dtype, broadcast(c.shape(0), c.shape(1)));
}

void infer_comparison(Inference& c) {
  c.require_inputs(2, 2);
  c.require_same_dtype();
  c.give(DType::boolean, broadcast(c.shape(0), c.shape(1)));
}

void infer_variadic(Inference& c) {
  c.require_inputs(1, 64);
  c.require_same_dtype();
  Shape shape = c.shape(0);
  for (std::size_t i = 1; i < c.node.inputs.size(); ++i) shape = broadcast(shape, c.shape(i));
  c.give(c.desc(0).dtype, std::move(shape));
}

void infer_where(Inference& c) {
  c.require_inputs(3, 3);
  c.require(c.desc(0).dtype == DType::boolean, "the condition must be boolean");
  c.require(c.desc(1).dtype == c.desc(2).dtype, "the choices have different types");
  c.give(c.desc(1).dtype, broadcast(c.shape(0), broadcast(c.shape(1), c.shape(2))));
}

void infer_cast(Inference& c) {
  c.require_inputs(1, 1);
  c.give(dtype_of_onnx(c.node.attributes.integer("to", 0)), c.shape(0));
}

void infer_softmax(Inference& c) {
  c.require_inputs(1, 1);
  normalize_axis(c.node.attributes.integer("axis", -1), c.rank(0));
  c.give(c.desc(0).dtype, c.shape(0));
}

}  // namespace rt3d::graph
