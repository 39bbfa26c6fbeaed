// Problem: exactly what must be computed. A value with one canonical line of text, which is the tuning
// database's key, the log line, the test's name, the bench argument and the stem of dump files:
//
//   Conv 1x64x16x56x56,c128x64x3x3x3,c128,- -> 1x128x16x56x56 act=relu pads=1x1x1x1x1x1 strides=1x1x1
//
// operation, inputs ("c" marks a constant known when the kernel is prepared, "-" an absent optional input,
// ":i64" a data type other than f32), "->", outputs, attributes sorted by name. Operation and attribute names
// are ONNX's. Fused into Conv, Gemm, Add, Mul, …: input 3 of Conv is a tensor added before the activation;
// attributes act, act_alpha, act_beta name the activation (activation.h). Input 4 of Conv is the weights in Winograd's transform domain
// with the tile as attribute kWinogradAttribute: then the products are summed there (docs/transform-domain.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/attributes.h"
#include "base/shape.h"

namespace rt3d::kernels {

inline constexpr char kWinogradAttribute[] = "winograd";

struct Operand {
  TensorDesc desc;
  bool constant = false;
  bool absent = false;
  std::string text() const;  // "1x64", "c128:i64", "-"
  bool operator==(const Operand&) const = default;
};

struct Problem {
  std::string op;
  std::vector<Operand> inputs;
  std::vector<TensorDesc> outputs;
  Attributes attributes;

  const Shape& input_shape(std::size_t i) const { return inputs[i].desc.shape; }
  bool has_input(std::size_t i) const { return i < inputs.size() && !inputs[i].absent; }
  std::string text() const;
  bool operator==(const Problem&) const = default;
};

Problem parse_problem(std::string_view text);  // throws invalid_argument naming what is wrong

// Multiply-accumulates of the operation, counted as papers do (padding included); 0 for operations without
// any.
std::int64_t multiply_accumulates(const Problem& problem);

}  // namespace rt3d::kernels
