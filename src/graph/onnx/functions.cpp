// See functions.h. Values inside a body get the call's number as a prefix, so that names stay unique.
#include "graph/onnx/functions.h"

#include <map>
#include <tuple>

#include "base/error.h"
#include "graph/ops/op_table.h"

namespace rt3d::graph {
namespace {

using rt3d_onnx::AttributeProto;
using rt3d_onnx::FunctionProto;
using rt3d_onnx::NodeProto;

constexpr int kDeepest = 16;
constexpr std::size_t kMostNodes = 1 << 20;

class Inliner {
 public:
  explicit Inliner(const rt3d_onnx::ModelProto& model) {
    for (const FunctionProto& f : model.functions()) functions_[{f.domain(), f.name(), f.overload()}] = &f;
  }

  void add(NodeProto&& node, int opset, int depth) {
    if (flat_.size() >= kMostNodes)
      fail(Code::invalid_model, "the model's functions expand to more than ", kMostNodes, " nodes");
    const auto it = functions_.find({node.domain(), node.op_type(), node.overload()});
    if (it == functions_.end()) {
      flat_.push_back({std::move(node), opset});
    } else {
      if (depth == kDeepest)
        fail(Code::invalid_model, "functions call each other more than ", kDeepest, " deep");
      expand(node, *it->second, depth + 1);
    }
  }

  std::vector<FlatNode> take() { return std::move(flat_); }

 private:
  void expand(const NodeProto& call, const FunctionProto& f, int depth) {
    if (++calls_ > static_cast<int>(kMostNodes)) fail(Code::invalid_model, "too many calls of functions");
    if (call.input_size() > f.input_size() || call.output_size() > f.output_size())
      fail(Code::invalid_model, "the call '", call.name(), "' of function ", f.name(),
           " has too many operands");
    std::map<std::string, std::string> names{{"", ""}};
    for (int i = 0; i < f.input_size(); ++i) names[f.input(i)] = i < call.input_size() ? call.input(i) : "";
    const std::string prefix = cat(call.name(), "#", calls_, "/");
    for (int i = 0; i < call.output_size(); ++i)
      if (!call.output(i).empty()) rename_output(f.output(i), call.output(i), names);
    const int opset = opset_of(f.opset_import());
    for (const NodeProto& inner : f.node()) {
      NodeProto copy = inner;
      copy.set_name(prefix + inner.name());
      for (auto* list : {copy.mutable_input(), copy.mutable_output()})
        for (std::string& name : *list) {
          const auto known = names.find(name);
          name = known != names.end() ? known->second : prefix + name;
        }
      bind_attributes(copy, call, f);
      add(std::move(copy), opset, depth);
    }
  }

  // An output that is also an input of the function needs a node between.
  void rename_output(const std::string& inner, const std::string& outer,
                     std::map<std::string, std::string>& names) {
    const auto it = names.find(inner);
    if (it == names.end()) {
      names[inner] = outer;
      return;
    }
    NodeProto identity;
    identity.set_op_type("Identity");
    identity.add_input(it->second);
    identity.add_output(outer);
    flat_.push_back({std::move(identity), kNewestOpset});
  }

  static void bind_attributes(NodeProto& node, const NodeProto& call, const FunctionProto& f) {
    auto* attributes = node.mutable_attribute();
    for (int i = attributes->size() - 1; i >= 0; --i) {
      AttributeProto& attribute = *attributes->Mutable(i);
      if (attribute.ref_attr_name().empty()) continue;
      const AttributeProto* bound = nullptr;
      for (const AttributeProto& a : f.attribute_proto())
        if (a.name() == attribute.ref_attr_name()) bound = &a;
      for (const AttributeProto& a : call.attribute())
        if (a.name() == attribute.ref_attr_name()) bound = &a;
      if (bound) {
        const std::string name = attribute.name();
        attribute = *bound;
        attribute.set_name(name);
      } else {
        attributes->DeleteSubrange(i, 1);
      }
    }
  }

  std::map<std::tuple<std::string, std::string, std::string>, const FunctionProto*> functions_;
  std::vector<FlatNode> flat_;
  int calls_ = 0;
};

}  // namespace

bool default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int opset_of(const google::protobuf::RepeatedPtrField<rt3d_onnx::OperatorSetIdProto>& imports) {
  for (const auto& import : imports) {
    if (!default_domain(import.domain())) continue;
    if (import.version() < kOldestOpset || import.version() > kNewestOpset)
      fail(Code::unsupported, "the model uses opset ", import.version(), "; ", kOldestOpset, " to ",
           kNewestOpset, " are supported");
    return static_cast<int>(import.version());
  }
  fail(Code::invalid_model, "the model names no version of the ONNX operators");
}

std::vector<FlatNode> take_flat_nodes(rt3d_onnx::ModelProto& model) {
  Inliner inliner(model);
  const int opset = opset_of(model.opset_import());
  for (NodeProto& node : *model.mutable_graph()->mutable_node()) inliner.add(std::move(node), opset, 0);
  return inliner.take();
}

}  // namespace rt3d::graph
