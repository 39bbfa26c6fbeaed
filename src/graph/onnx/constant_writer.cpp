// A model's own message with other constants. Fields that RT3D does not know are kept by protobuf as they came.
#include <algorithm>
#include <fstream>
#include <limits>
#include <set>

#include "base/error.h"
#include "graph/model.h"
#include "graph/onnx/external_data.h"
#include "graph/onnx/message.h"
#include "graph/onnx/tensor_data.h"
#include "graph/ops/onnx_types.h"
#include "graph/transformed_weights.h"
#include "onnx.pb.h"

namespace rt3d::graph {
namespace {

rt3d_onnx::ModelProto read_message(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  const std::span<const std::byte> bytes = file->bytes();
  rt3d_onnx::ModelProto model;
  const bool read = bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()) &&
                    parse_message(bytes, model) && model.has_graph();
  if (!read) fail(Code::invalid_model, path.string(), ": this is not an ONNX model, or it is damaged");
  return model;
}

class ConstantWriter {
 public:
  ConstantWriter(rt3d_onnx::ModelProto& model, const std::map<std::string, Tensor>& constants,
                 const std::filesystem::path& from, Shapes shapes)
      : model_(model), constants_(constants), shapes_(shapes), external_(data_folders(from)) {}

  void write() {
    rt3d_onnx::GraphProto& graph = *model_.mutable_graph();
    for (auto& initializer : *graph.mutable_initializer())
      if (!replace(initializer, initializer.name())) embed(initializer);
    for (auto& node : *graph.mutable_node()) {
      const bool constant = node.op_type() == "Constant" && node.output_size() == 1;
      for (auto& attribute : *node.mutable_attribute())
        if (attribute.has_t() && !(constant && replace(*attribute.mutable_t(), node.output(0))))
          embed(*attribute.mutable_t());
    }
    for (auto& function : *model_.mutable_functions())
      for (auto& node : *function.mutable_node())
        for (auto& attribute : *node.mutable_attribute())
          if (attribute.has_t()) embed(*attribute.mutable_t());
    require_all_found();
    if (shapes_ == Shapes::may_differ) write_shapes();
  }

  // Beside what is there.
  void add(const TransformedConstant& added) {
    const auto& initializers = model_.graph().initializer();
    const auto found = std::ranges::find_if(initializers, [&](const rt3d_onnx::TensorProto& initializer) {
      return initializer.name() == added.values.name;
    });
    const Tensor& values = added.values.values;
    if (found != initializers.end())
      return put(*model_.mutable_graph()->mutable_initializer(static_cast<int>(found - initializers.begin())),
                 added.values.name, values);
    rt3d_onnx::TensorProto& initializer = *model_.mutable_graph()->add_initializer();
    initializer.set_name(added.values.name);
    for (const std::int64_t size : values.shape()) initializer.add_dims(size);
    put(initializer, added.values.name, values);
  }

 private:
  bool replace(rt3d_onnx::TensorProto& proto, const std::string& name) {
    const auto found = constants_.find(name);
    if (found == constants_.end()) return false;
    put(proto, name, found->second);
    return true;
  }

  void put(rt3d_onnx::TensorProto& proto, const std::string& name, const Tensor& tensor) {
    const Shape shape(std::vector<std::int64_t>(proto.dims().begin(), proto.dims().end()));
    if (shapes_ == Shapes::stay && shape != tensor.shape())
      fail(Code::invalid_argument, "'", name, "' is ", shape.text(), " in the model, not ",
           tensor.shape().text());
    clear_values(proto);
    proto.clear_dims();
    for (const std::int64_t size : tensor.shape()) proto.add_dims(size);
    proto.set_data_type(onnx_of_dtype(tensor.dtype()));
    set_bytes(proto, tensor.bytes());
    names_.insert(name);
  }

  // Values in between have none any more; old files name initializers among the inputs, with theirs.
  void write_shapes() {
    rt3d_onnx::GraphProto& graph = *model_.mutable_graph();
    graph.clear_value_info();
    for (auto& input : *graph.mutable_input()) {
      const auto found = constants_.find(input.name());
      if (found == constants_.end() || !input.type().has_tensor_type()) continue;
      auto& shape = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
      shape.clear_dim();
      for (const std::int64_t size : found->second.shape()) shape.add_dim()->set_dim_value(size);
    }
  }

  void embed(rt3d_onnx::TensorProto& proto) {
    if (proto.external_data_size() == 0) return;
    const ExternalBytes read = external_tensor_bytes(proto, external_);
    clear_values(proto);
    set_bytes(proto, read.bytes);
    read.file->release(read.bytes);
  }

  static void clear_values(rt3d_onnx::TensorProto& proto) {
    proto.clear_float_data();
    proto.clear_int32_data();
    proto.clear_int64_data();
    proto.clear_double_data();
    proto.clear_external_data();
    proto.clear_data_location();
  }

  void set_bytes(rt3d_onnx::TensorProto& proto, std::span<const std::byte> bytes) {
    bytes_ += bytes.size();
    if (bytes_ > static_cast<std::uint64_t>(std::numeric_limits<int>::max()) - (1 << 20))
      fail(Code::unsupported,
           "the model is larger than 2 GiB, the most that an ONNX file with embedded weights may have");
    proto.set_raw_data(bytes.data(), bytes.size());
  }

  void require_all_found() const {
    for (const auto& [name, tensor] : constants_)
      if (!names_.contains(name))
        fail(Code::invalid_argument, "the model has no constant '", name, "' of its own");
  }

  rt3d_onnx::ModelProto& model_;
  const std::map<std::string, Tensor>& constants_;
  Shapes shapes_;
  ExternalData external_;
  std::set<std::string> names_;
  std::uint64_t bytes_ = 0;
};

void add_metadata(rt3d_onnx::ModelProto& model, const std::map<std::string, std::string>& metadata) {
  for (const auto& [key, value] : metadata) {
    rt3d_onnx::StringStringEntryProto* entry = nullptr;
    for (auto& property : *model.mutable_metadata_props())
      if (property.key() == key) entry = &property;
    if (!entry) entry = model.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
}

void set_transformed(rt3d_onnx::ModelProto& model, const std::vector<TransformedConstant>& transformed) {
  auto& properties = *model.mutable_metadata_props();
  const auto kept = std::remove_if(properties.begin(), properties.end(),
                                   [](const auto& property) { return property.key() == kWinogradMetadata; });
  properties.erase(kept, properties.end());
  std::string lines;
  for (const TransformedConstant& one : transformed)
    lines += transformed_weights_line(one.weights, one.values);
  if (!lines.empty()) add_metadata(model, {{kWinogradMetadata, lines}});
}

}  // namespace

void save_with_constants(const std::filesystem::path& from, const std::map<std::string, Tensor>& constants,
                         const std::map<std::string, std::string>& metadata, const std::filesystem::path& to,
                         Shapes shapes, const std::vector<TransformedConstant>* transformed) {
  rt3d_onnx::ModelProto model = read_message(from);
  ConstantWriter writer(model, constants, from, shapes);
  writer.write();
  add_metadata(model, metadata);
  if (transformed) {
    for (const TransformedConstant& one : *transformed) writer.add(one);
    set_transformed(model, *transformed);
  }
  if (model.ByteSizeLong() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    fail(Code::unsupported,
         "the model is larger than 2 GiB, the most that an ONNX file with embedded weights may have");
  std::ofstream file(to, std::ios::binary | std::ios::trunc);
  const bool written = file && model.SerializeToOstream(&file);
  file.close();
  if (!written || !file) fail(Code::io, "cannot write ", to.string());
}

}  // namespace rt3d::graph
