// A model's nodes as one flat list: calls of the model's own functions are replaced by their bodies.
#pragma once

#include <vector>

#include "onnx.pb.h"

namespace rt3d::graph {

struct FlatNode {
  rt3d_onnx::NodeProto proto;
  int opset = 0;  // of the default domain, where the node stands
};

// Version of the default domain; throws unsupported outside kOldestOpset … kNewestOpset, invalid_model when
// absent.
int opset_of(const google::protobuf::RepeatedPtrField<rt3d_onnx::OperatorSetIdProto>& imports);

// Moves the nodes out of the model's graph, whose message had `structure_bytes`. Throws invalid_model on
// recursion, on calls that do not fit and on functions that expand to many times the message.
std::vector<FlatNode> take_flat_nodes(rt3d_onnx::ModelProto& model, std::size_t structure_bytes);

bool default_domain(const std::string& domain);

}  // namespace rt3d::graph
