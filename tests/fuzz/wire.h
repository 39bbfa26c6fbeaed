// Protobuf's wire format as a tree, so that changed models stay messages: lengths are written anew. Which bytes are messages
// again says a table of ONNX's field numbers (src/graph/onnx/onnx.proto); all others are leaves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rt3d::fuzz {

enum class Kind : std::uint8_t {
  pair,  // 1: a model file, 2: its data file (external_data.cpp)
  model,
  graph,
  node,
  attribute,
  tensor,
  entry,
  value,
  type,
  tensor_type,
  shape,
  dim,
  opset,
  function,
  leaf,
};

struct Field;
struct Message {
  Kind kind = Kind::leaf;
  std::vector<Field> fields;
};

struct Field {
  std::uint32_t number = 0;
  std::uint8_t wire = 0;      // 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes
  std::uint64_t integer = 0;  // unless wire is 2
  std::string bytes;          // of a leaf
  Message message;            // kind is not leaf: instead of bytes
};

// What a field of number `number` in a message of kind `outer` holds.
Kind kind_of(Kind outer, std::uint32_t number);

// False when the bytes are no sequence of fields. Bytes that should be a message and are none become a leaf.
bool parse_wire(std::string_view bytes, Kind kind, Message& message);
std::string wire_bytes(const Message& message);
std::string contents(const Field& field);  // of one whose wire is 2, without its length

}  // namespace rt3d::fuzz
