// An ONNX file's structure apart from its weights, so that weights are never copied with the message: protobuf would hold them
// in strings of its own beside the file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rt3d::graph {

struct PartedModel {
  // A ModelProto in which every large raw_data of an initializer or of a node's tensor is replaced by the number of its payload.
  std::string structure;
  std::vector<std::span<const std::byte>> payloads;  // parts of the file
};

// Nothing when the bytes are not a message. What is not on the way to a tensor is passed on unread.
std::optional<PartedModel> part_payloads(std::span<const std::byte> file);

}  // namespace rt3d::graph
