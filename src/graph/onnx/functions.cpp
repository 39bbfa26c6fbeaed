// See functions.h. Values inside a body get the call's number as a prefix, so that names stay unique.
#include "graph/onnx/functions.h"

#include <algorithm>
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
// What inlined bodies may take, so that functions that call each other cannot fill the memory: this many
// times the bytes of the model's structure (attributes included, weights not), and at least enough for a
// small file.
constexpr std::size_t kBytesPerByte = 16;
constexpr std::size_t kLeastBytes = 16 << 20;
constexpr std::size_t kNodeBytes = 256;    // of a node in memory, beside its texts and attributes
constexpr std::size_t kOperandBytes = 64;  // of a function's operand while a call is expanded

struct Function {
  const FunctionProto* proto;
  int opset = 0;  // 0: not looked at yet
};

class Inliner {
 public:
  Inliner(const rt3d_onnx::ModelProto& model, std::size_t structure_bytes)
      : limit_(std::max(kLeastBytes, kBytesPerByte * structure_bytes)) {
    for (const FunctionProto& f : model.functions()) functions_[{f.domain(), f.name(), f.overload()}] = {&f};
  }

  void add(NodeProto&& node, int opset, int depth) {
    const auto it = functions_.find({node.domain(), node.op_type(), node.overload()});
    if (it == functions_.end()) {
      flat_.push_back({std::move(node), opset});
      return;
    }
    if (depth == kDeepest)
      fail(Code::invalid_model, "functions call each other more than ", kDeepest, " deep");
    if (it->second.opset == 0) it->second.opset = opset_of(it->second.proto->opset_import());
    expand(node, it->second, depth + 1);
  }

  std::vector<FlatNode> take() { return std::move(flat_); }

 private:
  void charge(std::size_t bytes, const FunctionProto& f) {
    used_ += bytes;
    if (used_ > limit_)
      fail(Code::invalid_model, "the model's functions, with '", f.name(), "' inside '", f.domain(),
           "', expand to more than ", limit_ >> 20, " MiB of nodes; export the model without functions");
  }

  void expand(const NodeProto& call, const Function& function, int depth) {
    const FunctionProto& f = *function.proto;
    if (call.input_size() > f.input_size() || call.output_size() > f.output_size())
      fail(Code::invalid_model, "the call '", call.name(), "' of function ", f.name(),
           " has too many operands");
    ++calls_;
    charge(kNodeBytes + kOperandBytes * static_cast<std::size_t>(f.input_size() + call.attribute_size() +
                                                                 f.attribute_proto_size()),
           f);
    std::map<std::string, std::string> names{{"", ""}};
    for (int i = 0; i < f.input_size(); ++i) names[f.input(i)] = i < call.input_size() ? call.input(i) : "";
    const std::string prefix = cat(call.name(), "#", calls_, "/");
    for (int i = 0; i < call.output_size(); ++i)
      if (!call.output(i).empty()) rename_output(f, f.output(i), call.output(i), names);
    const Bound bound = bound_attributes(call, f);
    for (const NodeProto& inner : f.node()) {
      charge(kNodeBytes + inner.ByteSizeLong() + prefix.size(), f);
      NodeProto copy = inner;
      copy.set_name(prefix + inner.name());
      for (auto* list : {copy.mutable_input(), copy.mutable_output()})
        for (std::string& name : *list) {
          const auto known = names.find(name);
          charge(known != names.end() ? known->second.size() : prefix.size(), f);
          name = known != names.end() ? known->second : prefix + name;
        }
      bind_attributes(copy, bound, f);
      add(std::move(copy), function.opset, depth);
    }
  }

  // An output that is also an input of the function needs a node between.
  void rename_output(const FunctionProto& f, const std::string& inner, const std::string& outer,
                     std::map<std::string, std::string>& names) {
    const auto it = names.find(inner);
    if (it == names.end()) {
      names[inner] = outer;
      return;
    }
    charge(kNodeBytes + it->second.size() + outer.size(), f);
    NodeProto identity;
    identity.set_op_type("Identity");
    identity.add_input(it->second);
    identity.add_output(outer);
    flat_.push_back({std::move(identity), kNewestOpset});
  }

  // By name: a call's attributes, and the function's defaults for those that it does not give.
  using Bound = std::map<std::string_view, const AttributeProto*>;

  static Bound bound_attributes(const NodeProto& call, const FunctionProto& f) {
    Bound bound;
    for (const AttributeProto& a : f.attribute_proto()) bound[a.name()] = &a;
    for (const AttributeProto& a : call.attribute()) bound[a.name()] = &a;
    return bound;
  }

  void bind_attributes(NodeProto& node, const Bound& bound, const FunctionProto& f) {
    google::protobuf::RepeatedPtrField<AttributeProto> given;
    for (AttributeProto& attribute : *node.mutable_attribute()) {
      if (!attribute.ref_attr_name().empty()) {
        const auto found = bound.find(attribute.ref_attr_name());
        if (found == bound.end()) continue;
        charge(found->second->ByteSizeLong(), f);
        const std::string name = attribute.name();
        attribute = *found->second;
        attribute.set_name(name);
      }
      *given.Add() = std::move(attribute);
    }
    node.mutable_attribute()->Swap(&given);
  }

  std::map<std::tuple<std::string, std::string, std::string>, Function> functions_;
  std::vector<FlatNode> flat_;
  int calls_ = 0;
  std::size_t used_ = 0, limit_;
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

std::vector<FlatNode> take_flat_nodes(rt3d_onnx::ModelProto& model, std::size_t structure_bytes) {
  Inliner inliner(model, structure_bytes);
  const int opset = opset_of(model.opset_import());
  for (NodeProto& node : *model.mutable_graph()->mutable_node()) inliner.add(std::move(node), opset, 0);
  return inliner.take();
}

}  // namespace rt3d::graph
