// See payloads.h. A message is a row of fields (tag, content); those that lead to a tensor are entered, all others copied as they
// are. Parsing and checking stay protobuf's.
#include "graph/onnx/payloads.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "onnx.pb.h"

namespace rt3d::graph {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using Bytes = std::span<const std::byte>;

constexpr std::size_t kLarge = 4 << 10;  // smaller ones are better in memory than on pages of their own

enum class Kind { model, graph, function, node, attribute, tensor };

struct Nested {
  Kind in;
  int field;
  Kind holds;
};
constexpr Nested kNested[] = {
    {Kind::model, rt3d_onnx::ModelProto::kGraphFieldNumber, Kind::graph},
    {Kind::model, rt3d_onnx::ModelProto::kFunctionsFieldNumber, Kind::function},
    {Kind::function, rt3d_onnx::FunctionProto::kNodeFieldNumber, Kind::node},
    {Kind::graph, rt3d_onnx::GraphProto::kNodeFieldNumber, Kind::node},
    {Kind::graph, rt3d_onnx::GraphProto::kInitializerFieldNumber, Kind::tensor},
    {Kind::node, rt3d_onnx::NodeProto::kAttributeFieldNumber, Kind::attribute},
    {Kind::attribute, rt3d_onnx::AttributeProto::kTFieldNumber, Kind::tensor},
};

const Nested* nested_in(Kind kind, int field) {
  for (const Nested& row : kNested)
    if (row.in == kind && row.field == field) return &row;
  return nullptr;
}

void append(std::string& out, Bytes bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void append_number(std::string& out, std::uint32_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void append_content(std::string& out, int field, Bytes content) {
  append_number(out, WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  append_number(out, static_cast<std::uint32_t>(content.size()));
  append(out, content);
}

class Parting {
 public:
  std::vector<Bytes> payloads;

  // Appends the message to `out`; false when it is damaged.
  bool message(Kind kind, Bytes bytes, std::string& out) {
    CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
    std::optional<Bytes> raw;
    for (;;) {
      const auto start = static_cast<std::size_t>(in.CurrentPosition());
      const std::uint32_t tag = in.ReadTag();
      if (tag == 0) break;
      const int field = WireFormatLite::GetTagFieldNumber(tag);
      const bool has_content =
          WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
      Bytes content;
      if (has_content ? !read_content(in, bytes, content) : !WireFormatLite::SkipField(&in, tag))
        return false;
      const Nested* nested = has_content ? nested_in(kind, field) : nullptr;
      if (nested) {
        std::string inner;
        if (!message(nested->holds, content, inner)) return false;
        append_content(out, field, std::as_bytes(std::span(inner)));
      } else if (kind == Kind::tensor && has_content &&
                 field == rt3d_onnx::TensorProto::kRawDataFieldNumber) {
        raw = content;  // of several the last counts
      } else if (kind != Kind::tensor || field != rt3d_onnx::TensorProto::kPayloadFieldNumber) {
        append(out, bytes.subspan(start, static_cast<std::size_t>(in.CurrentPosition()) - start));
      }
    }
    if (raw) append_raw(out, *raw);
    return in.ConsumedEntireMessage();
  }

 private:
  static bool read_content(CodedInputStream& in, Bytes bytes, Bytes& content) {
    std::uint32_t size = 0;
    if (!in.ReadVarint32(&size)) return false;
    const auto at = static_cast<std::size_t>(in.CurrentPosition());
    if (size > bytes.size() - at || !in.Skip(static_cast<int>(size))) return false;
    content = bytes.subspan(at, size);
    return true;
  }

  void append_raw(std::string& out, Bytes raw) {
    if (raw.size() < kLarge) {
      append_content(out, rt3d_onnx::TensorProto::kRawDataFieldNumber, raw);
      return;
    }
    append_number(out, WireFormatLite::MakeTag(rt3d_onnx::TensorProto::kPayloadFieldNumber,
                                               WireFormatLite::WIRETYPE_VARINT));
    append_number(out, static_cast<std::uint32_t>(payloads.size()));
    payloads.push_back(raw);
  }
};

}  // namespace

std::optional<PartedModel> part_payloads(std::span<const std::byte> file) {
  PartedModel parted;
  Parting parting;
  if (!parting.message(Kind::model, file, parted.structure)) return std::nullopt;
  parted.payloads = std::move(parting.payloads);
  return parted;
}

}  // namespace rt3d::graph
