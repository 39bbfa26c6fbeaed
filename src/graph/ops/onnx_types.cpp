// See onnx_types.h.
#include "graph/ops/onnx_types.h"

#include <array>
#include <string>
#include <string_view>

#include "base/error.h"

namespace rt3d::graph {
namespace {

struct TypeRow {
  int number;
  DType dtype;
};
constexpr std::array<TypeRow, 9> kTypes{{{1, DType::f32},
                                         {2, DType::u8},
                                         {3, DType::i8},
                                         {6, DType::i32},
                                         {7, DType::i64},
                                         {9, DType::boolean},
                                         {10, DType::f16},
                                         {11, DType::f64},
                                         {kOnnxBfloat16, DType::f32}}};

// The other types of ONNX, for messages.
struct NameRow {
  int number;
  std::string_view name;
};
constexpr NameRow kNames[] = {{4, "uint16"},      {5, "int16"},           {8, "string"},
                              {12, "uint32"},     {13, "uint64"},         {14, "complex64"},
                              {15, "complex128"}, {17, "float8e4m3fn"},   {18, "float8e4m3fnuz"},
                              {19, "float8e5m2"}, {20, "float8e5m2fnuz"}, {21, "uint4"},
                              {22, "int4"},       {23, "float4e2m1"}};

std::string name_of_onnx(std::int64_t number) {
  for (const NameRow& row : kNames)
    if (row.number == number) return std::string(row.name);
  return cat("number ", number);
}

}  // namespace

DType dtype_of_onnx(std::int64_t number) {
  for (const TypeRow& row : kTypes)
    if (row.number == number) return row.dtype;
  fail(Code::unsupported, "ONNX data type ", name_of_onnx(number),
       "; supported: float, double, float16, bfloat16, int64, int32, int8, uint8, bool");
}

int onnx_of_dtype(DType dtype) {
  for (const TypeRow& row : kTypes)
    if (row.dtype == dtype) return row.number;
  fail(Code::internal, "no ONNX type");
}

}  // namespace rt3d::graph
