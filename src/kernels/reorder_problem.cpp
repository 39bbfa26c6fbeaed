#include "kernels/reorder_problem.h"

#include "base/error.h"

namespace rt3d::kernels {
namespace {

constexpr char kFrom[] = "from", kTo[] = "to";
constexpr std::int64_t kMostWord =
    1 << 20;  // of channels and of halo: what the text of a plan could never hold

std::vector<std::int64_t> words(Port port) {
  std::vector<std::int64_t> words{port.block, port.halo_h, port.halo_w};
  if (port.space != Space::host) words.push_back(static_cast<std::int64_t>(port.space));
  return words;
}

std::optional<Port> port_of(const Problem& problem, const char* name, DType dtype) {
  std::vector<std::int64_t> words;
  try {
    words = problem.attributes.integers(name, {});
  } catch (const Error&) {  // another type
    return std::nullopt;
  }
  if (words.size() == 3) words.push_back(static_cast<std::int64_t>(Space::host));
  if (words.size() != 4 || words[0] < 1 || words[3] >= kSpaces) return std::nullopt;
  for (const std::int64_t word : words)
    if (word < 0 || word > kMostWord) return std::nullopt;
  return Port{static_cast<int>(words[0]), static_cast<int>(words[1]), static_cast<int>(words[2]),
              static_cast<Space>(words[3]), dtype};
}

}  // namespace

Problem reorder_problem(const Shape& shape, const Port& from, const Port& to) {
  Problem problem{
      kReorder, {{.desc = {from.dtype, shape}, .constant = false, .absent = false}}, {{to.dtype, shape}}, {}};
  problem.attributes.set(kFrom, words(from));
  problem.attributes.set(kTo, words(to));
  return problem;
}

std::optional<Ports> reorder_ports(const Problem& problem) {
  const bool one_to_one = problem.op == kReorder && problem.inputs.size() == 1 && problem.outputs.size() == 1;
  if (!one_to_one || problem.inputs[0].absent || problem.input_shape(0) != problem.outputs[0].shape)
    return std::nullopt;
  const std::optional<Port> from = port_of(problem, kFrom, problem.inputs[0].desc.dtype);
  const std::optional<Port> to = port_of(problem, kTo, problem.outputs[0].dtype);
  if (!from || !to) return std::nullopt;
  return Ports{{*from}, {*to}};
}

}  // namespace rt3d::kernels
