// An ONNX tensor's bytes as a Tensor: large raw data and external data are viewed in their mapped file, small raw data is
// taken over, typed fields and bfloat16 are converted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/tensor.h"
#include "graph/onnx/external_data.h"

namespace rt3d_onnx {
class TensorProto;
}

namespace rt3d::graph {

// Where a model's tensors have their bytes when not in the message itself.
struct DataSources {
  ExternalData external;
  std::vector<std::span<const std::byte>> payloads;  // by the message's payload number
  std::shared_ptr<const MappedFile> file;  // that the payloads lie in; null: memory that is not ours
  std::uint64_t model_bytes = 0;           // of the file or the memory
  std::map<std::uint32_t, Tensor> copies =
      {};                        // of payloads, by number: several nodes of inlined functions may hold one
  std::uint64_t read_bytes = 0;  // of tensors that had to be copied, widened or checked
};

// A tensor's bytes in its external file, as many as its shape needs. Throws invalid_model or io.
ExternalBytes external_tensor_bytes(const rt3d_onnx::TensorProto& proto, ExternalData& external);

// Moves the bytes out of `proto`. Throws invalid_model, unsupported (data type) or io, naming the tensor.
Tensor take_tensor(rt3d_onnx::TensorProto& proto, DataSources& sources);

}  // namespace rt3d::graph
