#include "kernels/problem.h"

#include "base/error.h"

namespace rt3d::kernels {
namespace {

std::string desc_text(const TensorDesc& desc) {
  std::string out = desc.shape.text();
  if (desc.dtype != DType::f32) out += cat(":", dtype_name(desc.dtype));
  return out;
}

TensorDesc parse_desc(std::string_view text) {
  TensorDesc desc;
  const auto colon = text.find(':');
  if (colon != std::string_view::npos) desc.dtype = parse_dtype(text.substr(colon + 1));
  desc.shape = parse_shape(text.substr(0, colon));
  return desc;
}

Operand parse_operand(std::string_view text) {
  if (text == "-") return {.desc = {}, .constant = false, .absent = true};
  const bool constant = text.starts_with('c');
  return {.desc = parse_desc(text.substr(constant ? 1 : 0)), .constant = constant, .absent = false};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto at = text.find(separator);
    if (at != 0) parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + 1);
  }
  return parts;
}

}  // namespace

std::string Operand::text() const { return absent ? "-" : (constant ? "c" : "") + desc_text(desc); }

std::string Problem::text() const {
  std::string out = op + ' ';
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i) out += ',';
    out += inputs[i].text();
  }
  out += " ->";
  for (std::size_t i = 0; i < outputs.size(); ++i) out += (i ? "," : " ") + desc_text(outputs[i]);
  if (!attributes.empty()) out += ' ' + attributes.text();
  return out;
}

Problem parse_problem(std::string_view text) {
  const std::vector<std::string_view> words = split(text, ' ');
  if (words.size() < 4 || words[2] != "->")
    fail(Code::invalid_argument, "'", text,
         "' is not a problem; write: Op input,input -> output name=value …");
  Problem problem;
  problem.op = words[0];
  for (std::string_view part : split(words[1], ',')) problem.inputs.push_back(parse_operand(part));
  for (std::string_view part : split(words[3], ',')) problem.outputs.push_back(parse_desc(part));
  for (std::size_t i = 4; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string_view::npos || equals == 0)
      fail(Code::invalid_argument, "'", words[i], "' in '", text, "' is not name=value");
    problem.attributes.set(std::string(words[i].substr(0, equals)),
                           parse_attribute_value(words[i].substr(equals + 1)));
  }
  return problem;
}

std::int64_t multiply_accumulates(const Problem& p) {
  if (p.outputs.empty()) return 0;
  const std::int64_t outputs = p.outputs[0].shape.elements();
  if (p.op == "Conv" && p.inputs.size() >= 2) {
    const Shape& w = p.input_shape(1);
    return w.rank() < 2 || w[0] == 0 ? 0 : outputs * (w.elements() / w[0]);
  }
  if ((p.op == "Gemm" || p.op == "MatMul") && p.inputs.size() >= 2 && p.input_shape(0).rank() > 0)
    return outputs * p.input_shape(0)[p.input_shape(0).rank() - 1];
  return 0;
}

}  // namespace rt3d::kernels
