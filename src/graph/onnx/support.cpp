// See support.h.
#include "graph/onnx/support.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "graph/ops/op_table.h"

namespace rt3d::graph {
namespace {

constexpr std::size_t kMostListed = 20;     // operators
constexpr std::size_t kMostNameBytes = 80;  // of a node

// What to do about operators of a kind, by how their names begin.
struct Remedy {
  std::string_view begins;
  std::string_view text;
};
constexpr std::string_view kFloatRemedy =
    "quantized models are not supported: export the float32 model, without quantization";
constexpr std::string_view kFlowRemedy =
    "control flow is not supported: export with fixed shapes, or fold it with onnxsim";
constexpr std::string_view kSequenceRemedy =
    "sequences are not supported: export tensors, stacked or concatenated, in their place";
constexpr Remedy kRemedies[] = {{"QLinear", kFloatRemedy},
                                {"QuantizeLinear", kFloatRemedy},
                                {"DequantizeLinear", kFloatRemedy},
                                {"DynamicQuantizeLinear", kFloatRemedy},
                                {"ConvInteger", kFloatRemedy},
                                {"MatMulInteger", kFloatRemedy},
                                {"If", kFlowRemedy},
                                {"Loop", kFlowRemedy},
                                {"Scan", kFlowRemedy},
                                {"Sequence", kSequenceRemedy},
                                {"SplitToSequence", kSequenceRemedy},
                                {"ConcatFromSequence", kSequenceRemedy}};
constexpr std::string_view kDomainRemedy =
    "operators of other domains are supported only as functions that the model brings: export without them";

struct Missing {
  int nodes = 0;
  std::string first;  // its name, or, where it has none, what it gives
  bool named = true;
  int opset = 0;
  std::string_view remedy;
};

std::string_view remedy_of(const std::string& op, bool own_domain) {
  for (const Remedy& row : kRemedies)
    if (op.compare(0, row.begins.size(), row.begins) == 0) return row.text;
  return own_domain ? std::string_view() : kDomainRemedy;
}

bool supported(const FlatNode& node) {
  if (!default_domain(node.proto.domain())) return false;
  const OpRow* row = find_op(node.proto.op_type());
  return node.proto.op_type() == "Constant" ||
         (row && row->kind != OpKind::internal && node.opset >= row->since);
}

// "GridSample (2 nodes, the first is 'warp.0')"; of nodes without names their outputs.
std::string listed(const std::string& op, const Missing& missing) {
  std::string name = missing.first;
  if (name.size() > kMostNameBytes) {
    std::size_t end = kMostNameBytes;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
      --end;  // not inside a character
    name = cat(name.substr(0, end), "…");
  }
  const char* what = missing.named ? "" : "has no name, output ";
  if (missing.nodes == 1) return cat(op, " (node ", what, "'", name, "')");
  return cat(op, " (", missing.nodes, " nodes, the first ", missing.named ? "is " : what, "'", name, "')");
}

}  // namespace

void require_supported(const std::vector<FlatNode>& nodes) {
  std::map<std::string, Missing> missing;
  for (const FlatNode& node : nodes) {
    if (supported(node)) continue;
    const std::string &op = node.proto.op_type(), &domain = node.proto.domain();
    const bool own_domain = default_domain(domain);
    Missing& entry = missing[own_domain ? op : cat(op, " of domain ", domain)];
    if (entry.nodes++ == 0) {
      entry.named = !node.proto.name().empty();
      entry.first = entry.named                    ? node.proto.name()
                    : node.proto.output_size() > 0 ? node.proto.output(0)
                                                   : std::string();
      entry.opset = node.opset;
      entry.remedy = remedy_of(op, own_domain);
    }
  }
  if (missing.empty()) return;
  std::string operators, remedies;
  std::size_t count = 0;
  for (const auto& [op, entry] : missing) {
    if (count++ < kMostListed) operators += cat(operators.empty() ? "" : ", ", listed(op, entry));
    if (remedies.find(entry.remedy) == std::string::npos) remedies += cat("; ", entry.remedy);
  }
  if (count > kMostListed) operators += cat(" and ", count - kMostListed, " more");
  fail(Code::unsupported, "of the model's operators (opset ", missing.begin()->second.opset,
       ") these are not supported: ", operators, remedies, "; supported are: ", supported_operators());
}

}  // namespace rt3d::graph
