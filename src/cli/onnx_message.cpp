#include "cli/onnx_message.h"

#include <cstring>

namespace rt3d::cli {
namespace {

constexpr int kFloat = 1;  // TensorProto.DataType
enum AttributeType { kAttributeFloat = 1, kAttributeInt = 2, kAttributeInts = 7 };

OnnxMessage value_info(std::string_view name, const std::vector<std::int64_t>& shape) {
  OnnxMessage dims;
  for (const std::int64_t size : shape) dims.message(1, OnnxMessage().integer(1, size));
  const OnnxMessage tensor = OnnxMessage().integer(1, kFloat).message(2, dims);
  return OnnxMessage().text(1, name).message(2, OnnxMessage().message(1, tensor));
}

}  // namespace

void OnnxMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

OnnxMessage& OnnxMessage::integer(int field, std::int64_t value) {
  varint(static_cast<std::uint64_t>(field) << 3);
  varint(static_cast<std::uint64_t>(value));
  return *this;
}

OnnxMessage& OnnxMessage::real(int field, float value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 5);
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes_.append(raw, sizeof raw);
  return *this;
}

OnnxMessage& OnnxMessage::text(int field, std::string_view value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 2);
  varint(value.size());
  bytes_ += value;
  return *this;
}

OnnxMessage OnnxModel::integer(std::string_view name, std::int64_t value) {
  return OnnxMessage().text(1, name).integer(3, value).integer(20, kAttributeInt);
}

OnnxMessage OnnxModel::integers(std::string_view name, const std::vector<std::int64_t>& values) {
  OnnxMessage attribute;
  attribute.text(1, name);
  for (const std::int64_t value : values) attribute.integer(8, value);
  return attribute.integer(20, kAttributeInts);
}

OnnxMessage OnnxModel::real(std::string_view name, float value) {
  return OnnxMessage().text(1, name).real(2, value).integer(20, kAttributeFloat);
}

void OnnxModel::input(std::string_view name, const std::vector<std::int64_t>& shape) {
  graph_.message(11, value_info(name, shape));
}

void OnnxModel::output(std::string_view name, const std::vector<std::int64_t>& shape) {
  graph_.message(12, value_info(name, shape));
}

void OnnxModel::constant(std::string_view name, const std::vector<std::int64_t>& shape,
                         const std::vector<float>& values) {
  OnnxMessage tensor;
  for (const std::int64_t size : shape) tensor.integer(1, size);
  const std::string_view raw(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  graph_.message(5, tensor.integer(2, kFloat).text(8, name).text(9, raw));
}

void OnnxModel::node(std::string_view op, const std::vector<std::string>& inputs, std::string_view output,
                     const std::vector<OnnxMessage>& attributes) {
  OnnxMessage node;
  for (const std::string& input : inputs) node.text(1, input);
  node.text(2, output).text(3, output).text(4, op);
  for (const OnnxMessage& attribute : attributes) node.message(5, attribute);
  graph_.message(1, node);
}

std::string OnnxModel::bytes() const {
  OnnxMessage graph = graph_;
  graph.text(2, "problem");
  return OnnxMessage().integer(1, 8).message(8, OnnxMessage().integer(2, 17)).message(7, graph).bytes();
}

}  // namespace rt3d::cli
