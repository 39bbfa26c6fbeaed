#include "graph/onnx/message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <limits>

#include "onnx.pb.h"

namespace rt3d::graph {

bool parse_message(std::span<const std::byte> bytes, rt3d_onnx::ModelProto& model) {
  constexpr int kDeepestMessage = 64;
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
  coded.SetRecursionLimit(kDeepestMessage);
  return model.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
}

}  // namespace rt3d::graph
