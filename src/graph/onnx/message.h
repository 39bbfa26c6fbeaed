// Bytes as a model's message.
#pragma once

#include <cstddef>
#include <span>

namespace rt3d_onnx {
class ModelProto;
}

namespace rt3d::graph {

// False when the bytes (2 GiB at most) are no message, or nested so deeply that reading them would take all of the stack.
bool parse_message(std::span<const std::byte> bytes, rt3d_onnx::ModelProto& model);

}  // namespace rt3d::graph
