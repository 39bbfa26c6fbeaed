// Graph → ONNX file, opset 17, weights embedded as raw data. The model is written piece by piece (a protobuf
// message may come as a sequence of its fields), so that no weight is copied. Fused forms have no ONNX
// meaning: such a graph is refused.
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "graph/model.h"
#include "graph/ops/onnx_types.h"
#include "graph/ops/op_table.h"
#include "graph/transformed_weights.h"
#include "onnx.pb.h"

namespace rt3d::graph {
namespace {

constexpr int kIrVersion = 8;
constexpr int kWrittenOpset = 17;
constexpr std::uint8_t kModelGraph = (7 << 3) | 2;        // ModelProto.graph, length-delimited
constexpr std::uint8_t kGraphInitializer = (5 << 3) | 2;  // GraphProto.initializer
constexpr std::uint8_t kTensorRawData = (9 << 3) | 2;     // TensorProto.raw_data
enum AttributeType : int { kFloat = 1, kInt = 2, kString = 3, kTensor = 4, kInts = 7 };

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
  return out + static_cast<char>(value);
}

// A tensor's fields but for the bytes, and the tag and length that come before them.
std::string tensor_head(const std::string& name, const Tensor& tensor) {
  rt3d_onnx::TensorProto proto;
  for (std::int64_t d : tensor.shape()) proto.add_dims(d);
  proto.set_data_type(onnx_of_dtype(tensor.dtype()));
  if (!name.empty()) proto.set_name(name);
  return proto.SerializeAsString() + static_cast<char>(kTensorRawData) + varint(tensor.bytes().size());
}

void describe(rt3d_onnx::ValueInfoProto& info, const Value& value) {
  info.set_name(value.name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx_of_dtype(value.desc.dtype));
  type.mutable_shape();
  int unknown = 0;
  for (std::int64_t d : value.desc.shape) {
    auto& dim = *type.mutable_shape()->add_dim();
    if (d >= 0)
      dim.set_dim_value(d);
    else
      dim.set_dim_param(cat(value.name, "_", unknown++));
  }
}

void write_attribute(rt3d_onnx::AttributeProto& out, const std::string& name, const AttributeValue& value) {
  out.set_name(name);
  if (const auto* i = std::get_if<std::int64_t>(&value)) {
    out.set_i(*i);
    out.set_type(kInt);
  } else if (const auto* r = std::get_if<double>(&value)) {
    out.set_f(static_cast<float>(*r));
    out.set_type(kFloat);
  } else if (const auto* s = std::get_if<std::string>(&value)) {
    out.set_s(*s);
    out.set_type(kString);
  } else {
    for (std::int64_t v : std::get<std::vector<std::int64_t>>(value)) out.add_ints(v);
    out.set_type(kInts);
  }
}

// Operators whose ONNX form at the written opset is not the graph's.
bool writable(const Node& node) {
  const OpRow* row = find_op(node.op);
  const bool fused = node.attributes.has("act") || (node.op == "Conv" && node.inputs.size() > 3);
  const bool without_inputs =
      (node.op == "Reshape" || node.op == "Slice" || node.op == "Pad") && node.inputs.size() == 1;
  return row && row->kind != OpKind::internal && !fused && !without_inputs &&
         !node.attributes.has("flattened");
}

class Exporter {
 public:
  explicit Exporter(const Graph& graph) : graph_(graph) {}

  void write(std::ostream& out) {
    rt3d_onnx::GraphProto head;
    head.set_name(graph_.name.empty() ? "graph" : graph_.name);
    for (const Node& node : graph_.nodes) write_node(*head.add_node(), node);
    for (ValueId id : graph_.inputs) describe(*head.add_input(), graph_.value(id));
    for (ValueId id : graph_.outputs) describe(*head.add_output(), graph_.value(id));
    const std::string body = head.SerializeAsString();
    std::uint64_t bytes = body.size();
    std::vector<std::pair<std::string, const Tensor*>> tensors;
    const auto add = [&](const std::string& name, const Tensor& tensor) {
      std::string fields = tensor_head(name, tensor);
      fields = static_cast<char>(kGraphInitializer) + varint(fields.size() + tensor.bytes().size()) + fields;
      bytes += fields.size() + tensor.bytes().size();
      tensors.emplace_back(std::move(fields), &tensor);
    };
    for (ValueId id : used_constants()) {
      const Value& value = graph_.value(id);
      add(value.name, *value.constant);
      if (value.transformed) add(value.transformed->name, value.transformed->values);
    }
    if (bytes > static_cast<std::uint64_t>(std::numeric_limits<int>::max()) - (1 << 20))
      fail(Code::unsupported,
           "the model is larger than 2 GiB, the most that an ONNX file with embedded weights may have");
    out << header().SerializeAsString() << static_cast<char>(kModelGraph) << varint(bytes) << body;
    for (const auto& [fields, tensor] : tensors) {
      out << fields;
      out.write(reinterpret_cast<const char*>(tensor->bytes().data()),
                static_cast<std::streamsize>(tensor->bytes().size()));
    }
  }

 private:
  rt3d_onnx::ModelProto header() const {
    rt3d_onnx::ModelProto model;
    model.set_ir_version(kIrVersion);
    model.set_producer_name("rt3d");
    auto& opset = *model.add_opset_import();
    opset.set_domain("");
    opset.set_version(kWrittenOpset);
    std::map<std::string, std::string> metadata = graph_.metadata;
    if (const std::string text = transformed_weights_text(graph_); !text.empty())
      metadata[kWinogradMetadata] = text;
    for (const auto& [key, value] : metadata) {
      auto& entry = *model.add_metadata_props();
      entry.set_key(key);
      entry.set_value(value);
    }
    return model;
  }

  void write_node(rt3d_onnx::NodeProto& out, const Node& node) const {
    if (!writable(node))
      fail(Code::unsupported, "node ", node_text(graph_, node),
           " has no form in ONNX; save the graph before it is optimised");
    out.set_op_type(node.op);
    out.set_name(node.name);
    for (ValueId id : node.inputs) out.add_input(id == kNoValue ? "" : graph_.value(id).name);
    for (ValueId id : node.outputs) out.add_output(id == kNoValue ? "" : graph_.value(id).name);
    for (const auto& [name, value] : node.attributes.all())
      write_attribute(*out.add_attribute(), name, value);
    if (node.op == "Gemm" && !node.attributes.has("transB"))
      write_attribute(*out.add_attribute(), "transB", std::int64_t{1});
    if (node.op == "ReduceMean" || node.op == "ReduceProd") axes_to_attribute(out, node);
    for (const auto& [name, tensor] : node.tensors) {
      auto& attribute = *out.add_attribute();
      attribute.set_name(name);
      attribute.set_type(kTensor);
      const std::string bytes =
          tensor_head("", tensor) +
          std::string(reinterpret_cast<const char*>(tensor.bytes().data()), tensor.bytes().size());
      attribute.mutable_t()->ParseFromString(bytes);
    }
  }

  // ReduceMean takes its axes as an input since opset 18 only.
  void axes_to_attribute(rt3d_onnx::NodeProto& out, const Node& node) const {
    if (node.inputs.size() < 2) return;
    const Tensor* axes = graph_.constant(node.inputs[1]);
    if (!axes) fail(Code::unsupported, "node ", node_text(graph_, node), " has axes that are not constant");
    out.mutable_input()->RemoveLast();
    write_attribute(*out.add_attribute(), "axes", axes->to_int64());
  }

  std::vector<ValueId> used_constants() const {
    std::vector<bool> used(graph_.value_count(), false);
    for (const Node& node : graph_.nodes)
      for (ValueId id : node.inputs)
        if (id != kNoValue) used[static_cast<std::size_t>(id)] = true;
    for (ValueId id : graph_.outputs) used[static_cast<std::size_t>(id)] = true;
    std::vector<ValueId> ids;
    for (std::size_t i = 0; i < used.size(); ++i)
      if (used[i] && graph_.constant(static_cast<ValueId>(i))) ids.push_back(static_cast<ValueId>(i));
    return ids;
  }

  const Graph& graph_;
};

}  // namespace

void save_onnx(const Graph& graph, const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary);
  if (file) Exporter(graph).write(file);
  file.close();
  if (!file) fail(Code::io, "cannot write ", path.string());
}

std::string onnx_bytes(const Graph& graph) {
  std::ostringstream bytes;
  bytes.exceptions(std::ios_base::badbit);  // no memory is an error
  Exporter(graph).write(bytes);
  return std::move(bytes).str();
}

}  // namespace rt3d::graph
