// Writes the few ONNX messages that one-node models need, in protobuf's wire format (field numbers from
// onnx.proto). The commands see the library only through its C API, so a model for it to load is bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

class OnnxMessage {
 public:
  OnnxMessage& integer(int field, std::int64_t value);
  OnnxMessage& real(int field, float value);
  OnnxMessage& text(int field, std::string_view value);
  OnnxMessage& message(int field, const OnnxMessage& value) { return text(field, value.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value);
  std::string bytes_;
};

// One model of the default operator set 17, from nodes in order.
class OnnxModel {
 public:
  // An attribute, added to a node with OnnxMessage::message(5, …).
  static OnnxMessage integer(std::string_view name, std::int64_t value);
  static OnnxMessage integers(std::string_view name, const std::vector<std::int64_t>& values);
  static OnnxMessage real(std::string_view name, float value);

  void input(std::string_view name, const std::vector<std::int64_t>& shape);
  void output(std::string_view name, const std::vector<std::int64_t>& shape);
  void constant(std::string_view name, const std::vector<std::int64_t>& shape,
                const std::vector<float>& values);
  void node(std::string_view op, const std::vector<std::string>& inputs, std::string_view output,
            const std::vector<OnnxMessage>& attributes);
  std::string bytes() const;

 private:
  OnnxMessage graph_;
};

}  // namespace rt3d::cli
