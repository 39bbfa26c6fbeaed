// ONNX models written by hand, byte by byte, so that wrong ones can be written too.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.h"
#include "graph/model.h"

namespace rt3d::graph {

namespace fs = std::filesystem;

// Protobuf by hand: a field with a number, bytes or text.
inline std::string varint(std::uint64_t v) {
  std::string out;
  for (; v >= 128; v >>= 7) out += static_cast<char>(v | 128);
  return out + static_cast<char>(v);
}
inline std::string field(int number, std::uint64_t v) {
  return varint(static_cast<unsigned>(number) << 3) + varint(v);
}
inline std::string field(int number, const std::string& bytes) {
  return varint((static_cast<unsigned>(number) << 3) | 2) + varint(bytes.size()) + bytes;
}
inline std::string value_info(const std::string& name, const std::vector<int>& dims) {
  std::string shape;
  for (int d : dims)
    shape += field(1, d < 0 ? field(2, std::string("dynamic")) : field(1, static_cast<std::uint64_t>(d)));
  return field(1, name) + field(2, field(1, field(1, std::uint64_t{1}) + field(2, shape)));
}
inline std::string node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::string& output, const std::string& rest = "") {
  std::string out;
  for (const auto& i : inputs) out += field(1, i);
  return field(1, out + field(2, output) + field(3, "node_" + output) + field(4, op) + rest);
}
inline std::string model(const std::string& graph, int opset = 17, const std::string& rest = "") {
  return field(1, std::uint64_t{8}) + field(7, graph) +
         field(8, field(2, static_cast<std::uint64_t>(opset))) + rest;
}
inline std::string external(const std::string& location, const std::string& offset,
                            const std::string& length = "") {
  const auto entry = [](const std::string& k, const std::string& v) {
    return field(13, field(1, k) + field(2, v));
  };
  return field(5, field(1, std::uint64_t{4}) + field(2, std::uint64_t{1}) + field(8, std::string("w")) +
                      entry("location", location) + entry("offset", offset) +
                      (length.empty() ? "" : entry("length", length)) + field(14, std::uint64_t{1}));
}
inline std::string ends() {
  return field(11, value_info("x", {-1, 4})) + field(12, value_info("y", {-1, 4}));
}
inline std::string external_model(const std::string& location, const std::string& offset,
                                  const std::string& length = "") {
  return model(node("Add", {"x", "w"}, "y") + external(location, offset, length) + ends());
}
inline Graph parse(const std::string& bytes, const fs::path& folder = {}) {
  return parse_onnx(std::as_bytes(std::span<const char>(bytes)), folder);
}
inline Code code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::ok;
}
inline std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace rt3d::graph
