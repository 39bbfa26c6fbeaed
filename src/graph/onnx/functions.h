// A model's nodes as one flat list: calls of the model's own functions are replaced by their bodies.
#pragma once

#include <vector>

#include "onnx.pb.h"

namespace rt3d::graph {

struct FlatNode {
  rt3d_onnx::NodeProto proto;
  int opset = 0;  // of the default domain, where the node stands
};

// Version of the default domain; throws unsupported outside kOldestOpset … kNewestOpset, invalid_model when absent.
int opset_of(const google::protobuf::RepeatedPtrField<rt3d_onnx::OperatorSetIdProto>& imports);

// Moves the nodes out of the model's graph. Throws invalid_model on recursion and on calls that do not fit.
std::vector<FlatNode> take_flat_nodes(rt3d_onnx::ModelProto& model);

bool default_domain(const std::string& domain);

}  // namespace rt3d::graph
