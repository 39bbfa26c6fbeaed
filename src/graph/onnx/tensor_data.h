// An ONNX tensor's bytes as a Tensor: raw data is taken over, external data is viewed in its mapped file, typed fields and
// bfloat16 are converted.
#pragma once

#include "base/tensor.h"
#include "graph/onnx/external_data.h"

namespace rt3d_onnx {
class TensorProto;
}

namespace rt3d::graph {

// Moves the bytes out of `proto`. Throws invalid_model, unsupported (data type) or io, naming the tensor.
Tensor take_tensor(rt3d_onnx::TensorProto& proto, ExternalData& external);

}  // namespace rt3d::graph
