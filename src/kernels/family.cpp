#include "kernels/family.h"

#include <array>

#include "kernels/conv_shape.h"

namespace rt3d::kernels {

std::string_view accuracy_name(Accuracy accuracy) {
  constexpr std::array<std::string_view, 3> kNames{"exact", "default", "half"};
  return kNames[static_cast<std::size_t>(accuracy)];
}

std::int64_t KernelFamily::packed_bytes(const Problem& problem, const Schedule&, const Target&) const {
  std::int64_t bytes = 0;
  for (const Operand& input : problem.inputs)
    if (input.constant)
      bytes += input.desc.shape.elements() * static_cast<std::int64_t>(dtype_bytes(input.desc.dtype));
  return bytes;
}

std::int64_t KernelFamily::executed_multiply_accumulates(const Problem& problem, const Schedule&,
                                                         const Target&) const {
  return useful_multiply_accumulates(problem);
}

Work KernelFamily::least_work(const Problem& problem, const Schedule& schedule, const Target& target) const {
  Work work;
  work.multiply_adds = static_cast<double>(executed_multiply_accumulates(problem, schedule, target));
  for (const TensorDesc& output : problem.outputs)
    work.bytes +=
        static_cast<double>(output.shape.elements()) * static_cast<double>(dtype_bytes(output.dtype));
  return work;
}

Tunables KernelFamily::tunables(const Problem&, const Target&) const { return {}; }

std::vector<Schedule> KernelFamily::space(const Problem& problem, const Target& target) const {
  std::vector<Schedule> space = tunables(problem, target).all();
  sort_by_estimate(space, [&](const Schedule& schedule) { return estimate_ns(problem, schedule, target); });
  return space;
}

}  // namespace rt3d::kernels
