// See tensor_data.h.
#include "graph/onnx/tensor_data.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "graph/ops/onnx_types.h"
#include "onnx.pb.h"

namespace rt3d::graph {
namespace {

constexpr int kExternal = 1;  // TensorProto.data_location
constexpr std::int64_t kOnnxFloat16 = 10;

std::uint64_t parse_count(const std::string& text, const char* what) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end)
    fail(Code::invalid_model, "external data: ", what, " '", text, "' is no count of bytes");
  return value;
}

ExternalBytes external_bytes(const rt3d_onnx::TensorProto& proto, ExternalData& external,
                             std::uint64_t bytes) {
  std::string location;
  std::uint64_t offset = 0;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = parse_count(entry.value(), "offset");
    if (entry.key() == "length" && parse_count(entry.value(), "length") != bytes)
      fail(Code::invalid_model, "external data: length ", entry.value(), ", the shape needs ", bytes);
  }
  return external.read(location, offset, bytes);
}

template <typename To, typename Field>
Tensor typed(const TensorDesc& desc, const Field& field) {
  if (field.size() != desc.shape.elements())
    fail(Code::invalid_model, "it has ", field.size(), " elements, the shape ", desc.shape.text(), " needs ",
         desc.shape.elements());
  Tensor out = Tensor::allocate(desc);
  auto* to = reinterpret_cast<To*>(out.mutable_data());
  for (const auto v : field) *to++ = static_cast<To>(v);
  return out;
}

Tensor from_fields(const rt3d_onnx::TensorProto& proto, const TensorDesc& desc) {
  switch (desc.dtype) {
    case DType::f32: return typed<float>(desc, proto.float_data());
    case DType::f64: return typed<double>(desc, proto.double_data());
    case DType::f16: return typed<std::uint16_t>(desc, proto.int32_data());
    case DType::i64: return typed<std::int64_t>(desc, proto.int64_data());
    case DType::i32: return typed<std::int32_t>(desc, proto.int32_data());
    case DType::i8: return typed<std::int8_t>(desc, proto.int32_data());
    case DType::u8: return typed<std::uint8_t>(desc, proto.int32_data());
    case DType::boolean: return typed<bool>(desc, proto.int32_data());
  }
  fail(Code::internal, "unknown data type");
}

// bfloat16 arrives as 16-bit patterns, which are the upper halves of floats.
Tensor widened(const Tensor& bits) {
  Tensor out = Tensor::allocate({DType::f32, bits.shape()});
  const std::byte* from = bits.bytes().data();
  std::byte* to = out.mutable_data();
  for (std::int64_t i = 0; i < bits.elements(); ++i, from += 2, to += 4) {
    to[0] = to[1] = std::byte{0};
    std::memcpy(to + 2, from, 2);
  }
  bits.release_pages();
  return out;
}

// Views of external data cost nothing however many overlap; what has to be read is limited by the bytes that
// there are.
void charge(DataSources& sources, std::uint64_t bytes) {
  constexpr std::uint64_t kLeast = 64 << 20, kPerByte = 4;
  sources.read_bytes += bytes;
  const std::uint64_t most =
      std::max(kLeast, kPerByte * (sources.model_bytes + sources.external.mapped_bytes()));
  if (sources.read_bytes > most)
    fail(Code::invalid_model, "the model's tensors overlap: more than ", most >> 20,
         " MiB of them would have to be converted, many times what the files hold");
}

Tensor from_payload(const TensorDesc& desc, std::uint32_t number, DataSources& sources) {
  const std::span<const std::byte> bytes = sources.payloads[number];
  if (sources.file) return Tensor::in_file(desc, bytes, sources.file);
  if (const auto known = sources.copies.find(number); known != sources.copies.end()) return known->second;
  const Tensor view(desc, bytes, nullptr);  // checks the size
  Tensor copy = Tensor::allocate(desc);
  std::memcpy(copy.mutable_data(), view.bytes().data(), view.bytes().size());
  return sources.copies[number] = std::move(copy);
}

// A bfloat16 tensor as its 16-bit patterns.
TensorDesc stored_desc(const rt3d_onnx::TensorProto& proto) {
  const bool brain = proto.data_type() == kOnnxBfloat16;
  if (proto.dims_size() > Shape::kMaxRank)
    fail(Code::unsupported, "it has ", proto.dims_size(), " dimensions");
  return {dtype_of_onnx(brain ? kOnnxFloat16 : proto.data_type()),
          Shape(std::vector<std::int64_t>(proto.dims().begin(), proto.dims().end()))};
}

std::uint64_t stored_bytes(const TensorDesc& desc) {
  return static_cast<std::uint64_t>(desc.shape.elements()) * dtype_bytes(desc.dtype);
}

Tensor take(rt3d_onnx::TensorProto& proto, DataSources& sources) {
  const bool brain = proto.data_type() == kOnnxBfloat16;
  const TensorDesc desc = stored_desc(proto);
  const std::uint64_t bytes = stored_bytes(desc);
  Tensor tensor;
  if (proto.data_location() == kExternal) {
    ExternalBytes view = external_bytes(proto, sources.external, bytes);
    tensor = Tensor::in_file(desc, view.bytes, std::move(view.file));
  } else if (proto.has_payload() && proto.payload() < sources.payloads.size()) {
    tensor = from_payload(desc, proto.payload(), sources);
  } else if (proto.has_raw_data()) {
    const std::shared_ptr<const std::string> owner(proto.release_raw_data());
    tensor = Tensor(desc, std::as_bytes(std::span<const char>(*owner)), owner);
  } else {
    tensor = from_fields(proto, desc);
  }
  if (desc.dtype == DType::boolean || brain) charge(sources, bytes);
  if (desc.dtype == DType::boolean)
    for (std::byte b : tensor.bytes())
      if (b > std::byte{1}) fail(Code::invalid_model, "it holds a boolean that is neither 0 nor 1");
  return brain ? widened(tensor) : tensor;
}

}  // namespace

ExternalBytes external_tensor_bytes(const rt3d_onnx::TensorProto& proto, ExternalData& external) {
  return external_bytes(proto, external, stored_bytes(stored_desc(proto)));
}

Tensor take_tensor(rt3d_onnx::TensorProto& proto, DataSources& sources) {
  try {
    return take(proto, sources);
  } catch (const Error& error) {
    fail(error.code(), "tensor '", proto.name(), "': ", error.what());
  }
}

}  // namespace rt3d::graph
