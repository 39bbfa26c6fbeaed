#include "wire.h"

#include <cstring>

namespace rt3d::fuzz {
namespace {

struct Row {
  Kind outer;
  std::uint32_t number;
  Kind inner;
};
constexpr Row kMessages[] = {
    {Kind::pair, 1, Kind::model},       {Kind::model, 7, Kind::graph},
    {Kind::model, 8, Kind::opset},      {Kind::model, 14, Kind::entry},
    {Kind::model, 25, Kind::function},  {Kind::graph, 1, Kind::node},
    {Kind::graph, 5, Kind::tensor},     {Kind::graph, 11, Kind::value},
    {Kind::graph, 12, Kind::value},     {Kind::node, 5, Kind::attribute},
    {Kind::attribute, 5, Kind::tensor}, {Kind::attribute, 6, Kind::graph},
    {Kind::tensor, 13, Kind::entry},    {Kind::value, 2, Kind::type},
    {Kind::type, 1, Kind::tensor_type}, {Kind::tensor_type, 2, Kind::shape},
    {Kind::shape, 1, Kind::dim},        {Kind::function, 7, Kind::node},
    {Kind::function, 9, Kind::opset},   {Kind::function, 11, Kind::attribute},
};
constexpr int kDeepest = 40;  // more than a model has, and little enough for the stack

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool read(Kind kind, int depth, Message& message) {
    message.kind = kind;
    message.fields.clear();
    while (at_ < bytes_.size()) {
      Field field;
      std::uint64_t key = 0;
      if (!varint(key) || key >> 3 == 0 || key >> 3 > 0xffffffu) return false;
      field.number = static_cast<std::uint32_t>(key >> 3);
      field.wire = key & 7;
      if (!value(kind, depth, field)) return false;
      message.fields.push_back(std::move(field));
    }
    return true;
  }

 private:
  bool varint(std::uint64_t& value) {
    for (int shift = 0; shift < 64 && at_ < bytes_.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool fixed(std::size_t size, std::uint64_t& value) {
    if (bytes_.size() - at_ < size) return false;
    std::memcpy(&value, bytes_.data() + at_, size);
    at_ += size;
    return true;
  }

  bool value(Kind outer, int depth, Field& field) {
    if (field.wire == 0) return varint(field.integer);
    if (field.wire == 1) return fixed(8, field.integer);
    if (field.wire == 5) return fixed(4, field.integer);
    std::uint64_t length = 0;
    if (field.wire != 2 || !varint(length) || length > bytes_.size() - at_) return false;
    const std::string_view inner = bytes_.substr(at_, length);
    at_ += length;
    const Kind kind = kind_of(outer, field.number);
    if (kind == Kind::leaf || depth == 0 || !Reader(inner).read(kind, depth - 1, field.message)) {
      field.message = {};
      field.bytes = inner;
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_fixed(std::string& out, std::uint64_t value, std::size_t size) {
  out.append(reinterpret_cast<const char*>(&value), size);
}

}  // namespace

Kind kind_of(Kind outer, std::uint32_t number) {
  for (const Row& row : kMessages)
    if (row.outer == outer && row.number == number) return row.inner;
  return Kind::leaf;
}

bool parse_wire(std::string_view bytes, Kind kind, Message& message) {
  return Reader(bytes).read(kind, kDeepest, message);
}

std::string contents(const Field& field) {
  return field.message.kind == Kind::leaf ? field.bytes : wire_bytes(field.message);
}

std::string wire_bytes(const Message& message) {
  std::string out;
  for (const Field& field : message.fields) {
    put_varint(out, std::uint64_t{field.number} << 3 | field.wire);
    if (field.wire == 0) put_varint(out, field.integer);
    if (field.wire == 1) put_fixed(out, field.integer, 8);
    if (field.wire == 5) put_fixed(out, field.integer, 4);
    if (field.wire != 2) continue;
    const std::string inner = contents(field);
    put_varint(out, inner.size());
    out += inner;
  }
  return out;
}

}  // namespace rt3d::fuzz
