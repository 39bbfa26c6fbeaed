// ONNX file → Graph: one value per name, one node per node, constants shared with the parsed or mapped bytes.
#include <limits>

#include "base/error.h"
#include "graph/model.h"
#include "graph/onnx/functions.h"
#include "graph/onnx/message.h"
#include "graph/onnx/payloads.h"
#include "graph/onnx/support.h"
#include "graph/onnx/tensor_data.h"
#include "graph/onnx/upgrade.h"
#include "graph/ops/onnx_types.h"
#include "graph/ops/op_table.h"
#include "graph/transformed_weights.h"
#include "onnx.pb.h"

namespace rt3d::graph {
namespace {

// A zero byte would end every text that quotes the name.
const std::string& checked_name(const std::string& name) {
  if (name.find('\0') != std::string::npos)
    fail(Code::invalid_model, "the name '", name.c_str(), "…' holds a zero byte; names are text");
  return name;
}

std::string text_of(const rt3d_onnx::NodeProto& node) {
  return node_text(node.op_type(), node.name(), node.output_size() > 0 ? node.output(0) : "");
}

class Importer {
 public:
  explicit Importer(DataSources sources) : sources_(std::move(sources)) {}

  Graph import(rt3d_onnx::ModelProto& model, std::size_t structure_bytes) {
    rt3d_onnx::GraphProto& source = *model.mutable_graph();
    std::vector<FlatNode> nodes = take_flat_nodes(model, structure_bytes);
    for (const FlatNode& node : nodes)
      for (const std::string* name : {&node.proto.op_type(), &node.proto.domain(), &node.proto.name()})
        checked_name(*name);
    require_supported(nodes);
    refuse_sparse(source);
    graph_.name = source.name();
    for (const auto& entry : model.metadata_props()) graph_.metadata[entry.key()] = entry.value();
    for (auto& proto : *source.mutable_initializer()) add_initializer(proto);
    for (const auto& info : source.input()) add_input(info);
    for (FlatNode& node : nodes) add_node(node);
    for (const auto& info : source.output()) graph_.outputs.push_back(value_of(info.name()));
    if (graph_.outputs.empty()) fail(Code::invalid_model, "the model has no output");
    check_produced();
    graph_.sort_topologically();
    attach_transformed_weights(graph_);
    return std::move(graph_);
  }

 private:
  ValueId value_of(const std::string& name) {
    if (checked_name(name).empty()) return kNoValue;
    const auto [it, fresh] = ids_.try_emplace(name, kNoValue);
    if (fresh) {
      it->second = graph_.add_value(name);
      defined_.resize(graph_.value_count(), false);
    }
    return it->second;
  }

  ValueId define(const std::string& name) {
    const ValueId id = value_of(name);
    if (id == kNoValue) return id;
    defined_.resize(graph_.value_count(), false);
    if (defined_[static_cast<std::size_t>(id)]) fail(Code::invalid_model, "'", name, "' is defined twice");
    defined_[static_cast<std::size_t>(id)] = true;
    return id;
  }

  void set_constant(ValueId id, Tensor tensor) {
    if (id == kNoValue) fail(Code::invalid_model, "a constant has no name");
    Value& value = graph_.value(id);
    value.desc = tensor.desc();
    value.shape_known = true;
    value.constant = std::move(tensor);
  }

  void add_initializer(rt3d_onnx::TensorProto& proto) {
    const ValueId id = define(proto.name());
    set_constant(id, take_tensor(proto, sources_));
  }

  static void refuse_sparse(const rt3d_onnx::GraphProto& source) {
    if (source.sparse_initializer_size() == 0) return;
    fail(Code::unsupported, "the model has ", source.sparse_initializer_size(),
         " sparse initializers, the first is '", checked_name(source.sparse_initializer(0).values().name()),
         "'; only dense ones are supported: export the weights with their zeros written out");
  }

  void add_input(const rt3d_onnx::ValueInfoProto& info) {
    if (const auto it = ids_.find(info.name()); it != ids_.end() && graph_.constant(it->second))
      return;  // before IR 4
    const ValueId id = define(info.name());
    if (id == kNoValue) fail(Code::invalid_model, "an input has no name");
    if (info.has_type() && !info.type().has_tensor_type())
      fail(Code::unsupported, "input '", info.name(),
           "' is no tensor but a sequence, map or optional; only tensors are supported");
    const auto& type = info.type().tensor_type();
    Value& value = graph_.value(id);
    try {
      value.desc.dtype = dtype_of_onnx(type.elem_type());
    } catch (const Error& error) {
      fail(error.code(), "input '", info.name(), "': ", error.what());
    }
    if (!type.has_shape())
      fail(Code::unsupported, "input '", info.name(), "' does not say how many dimensions it has");
    if (type.shape().dim_size() > Shape::kMaxRank)
      fail(Code::unsupported, "input '", info.name(), "' has ", type.shape().dim_size(), " dimensions");
    std::vector<std::int64_t> dims;
    for (const auto& dim : type.shape().dim())
      dims.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : -1);
    value.desc.shape = Shape(std::move(dims));
    value.shape_known = value.desc.shape.known();
    graph_.inputs.push_back(id);
  }

  void add_node(FlatNode& flat) {
    rt3d_onnx::NodeProto& proto = flat.proto;
    if (proto.op_type() == "Constant") {
      add_constant_node(proto);
      return;
    }
    Node node;
    node.op = proto.op_type();
    node.name = proto.name();
    for (const std::string& name : proto.input()) node.inputs.push_back(value_of(name));
    for (const std::string& name : proto.output()) node.outputs.push_back(value_of(name));
    while (!node.inputs.empty() && node.inputs.back() == kNoValue) node.inputs.pop_back();
    while (!node.outputs.empty() && node.outputs.back() == kNoValue) node.outputs.pop_back();
    for (auto& attribute : *proto.mutable_attribute()) add_attribute(node, attribute);
    upgrade_node(graph_, node, flat.opset);
    defined_.resize(graph_.value_count(), true);
    for (ValueId id : node.outputs)
      if (id != kNoValue) define(graph_.value(id).name);
    graph_.nodes.push_back(std::move(node));
  }

  void add_attribute(Node& node, rt3d_onnx::AttributeProto& attribute) {
    const std::string& name = checked_name(attribute.name());
    if (attribute.has_g() || attribute.graphs_size() > 0)
      fail(Code::unsupported, "node ", node_text(graph_, node),
           " holds a subgraph; control flow is not supported");
    if (attribute.has_t())
      node.tensors[name] = take_tensor(*attribute.mutable_t(), sources_);
    else if (attribute.has_i())
      node.attributes.set(name, static_cast<std::int64_t>(attribute.i()));
    else if (attribute.has_f())
      node.attributes.set(name, static_cast<double>(attribute.f()));
    else if (attribute.has_s())
      node.attributes.set(name, attribute.s());
    else if (attribute.floats_size() == 0 && attribute.strings_size() == 0)
      node.attributes.set(name, std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end()));
  }

  void add_constant_node(rt3d_onnx::NodeProto& proto) {
    if (proto.output_size() != 1 || proto.attribute_size() < 1)
      fail(Code::invalid_model, text_of(proto), " does not have one output and one value");
    set_constant(define(proto.output(0)), constant_value(proto));
  }

  Tensor constant_value(rt3d_onnx::NodeProto& proto) {
    for (rt3d_onnx::AttributeProto& a : *proto.mutable_attribute()) {
      if (a.name() == "value" && a.has_t()) return take_tensor(*a.mutable_t(), sources_);
      if (a.name() == "value_int" || a.name() == "value_ints") {
        std::vector<std::int64_t> list(a.ints().begin(), a.ints().end());
        if (a.name() == "value_int") list.assign(1, a.i());
        const Shape shape = a.name() == "value_int" ? Shape{} : Shape{a.ints_size()};
        return Tensor::of<std::int64_t>(DType::i64, shape, list);
      }
      if (a.name() == "value_float" || a.name() == "value_floats") {
        std::vector<float> list(a.floats().begin(), a.floats().end());
        if (a.name() == "value_float") list.assign(1, a.f());
        const Shape shape = a.name() == "value_float" ? Shape{} : Shape{a.floats_size()};
        return Tensor::of<float>(DType::f32, shape, list);
      }
    }
    for (const rt3d_onnx::AttributeProto& a : proto.attribute())
      if (a.has_sparse_tensor())
        fail(Code::unsupported, text_of(proto), " is sparse; only dense tensors are supported");
    fail(Code::unsupported, text_of(proto), " holds neither a tensor nor numbers");
  }

  void check_produced() const {
    const auto check = [&](ValueId id) {
      if (id != kNoValue && !graph_.constant(id) && !defined_[static_cast<std::size_t>(id)])
        fail(Code::invalid_model, "'", graph_.value(id).name,
             "' is read but never produced (or an output that is not supported)");
    };
    for (const Node& node : graph_.nodes)
      for (ValueId id : node.inputs) check(id);
    for (ValueId id : graph_.outputs) {
      if (id == kNoValue) fail(Code::invalid_model, "an output has no name");
      check(id);
    }
  }

  Graph graph_;
  DataSources sources_;
  std::map<std::string, ValueId> ids_;
  std::vector<bool> defined_;
};

// `file`: where the bytes lie, when they stay there; null: memory that goes away.
Graph parse(std::span<const std::byte> bytes, std::vector<std::filesystem::path> folders,
            std::shared_ptr<const MappedFile> file) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    fail(Code::unsupported, "an ONNX file of ", bytes.size(),
         " bytes; weights beyond 2 GiB must be external data");
  rt3d_onnx::ModelProto model;
  std::optional<PartedModel> parted = part_payloads(bytes);
  if (!parted || !parse_message(std::as_bytes(std::span<const char>(parted->structure)), model) ||
      !model.has_graph())
    fail(Code::invalid_model, "this is not an ONNX model, or it is damaged (", bytes.size(), " bytes)");
  const std::size_t structure_bytes = parted->structure.size();
  parted->structure = std::string();
  DataSources sources{ExternalData(std::move(folders)), std::move(parted->payloads), std::move(file),
                      bytes.size()};
  return Importer(std::move(sources)).import(model, structure_bytes);
}

}  // namespace

Graph parse_onnx(std::span<const std::byte> bytes, const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> folders;
  if (!folder.empty()) folders.push_back(folder);
  return parse(bytes, std::move(folders), nullptr);
}

Graph load_onnx(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  try {
    Graph graph = parse(file->bytes(), data_folders(path), file);
    file->release(file->bytes());
    return graph;
  } catch (const Error& error) {
    fail(error.code(), path.string(), ": ", error.what());
  }
}

}  // namespace rt3d::graph
