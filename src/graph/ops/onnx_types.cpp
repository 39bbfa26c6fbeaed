// See onnx_types.h.
#include "graph/ops/onnx_types.h"

#include <array>

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

}  // namespace

DType dtype_of_onnx(std::int64_t number) {
  for (const TypeRow& row : kTypes)
    if (row.number == number) return row.dtype;
  fail(Code::unsupported, "ONNX data type ", number, "; supported: float, double, float16, bfloat16, int64, int32, int8, uint8, bool");
}

int onnx_of_dtype(DType dtype) {
  for (const TypeRow& row : kTypes)
    if (row.dtype == dtype) return row.number;
  fail(Code::internal, "no ONNX type");
}

}  // namespace rt3d::graph
