#include "runtime/planning/plan.h"

#include <numeric>

#include "base/error.h"

namespace rt3d::runtime {

bool dense(const Location& location) {
  const int rank = location.desc.shape.rank();
  if (rank < 2 || rank > 5) return true;
  kernels::Placement wanted = kernels::Placement::of(location.desc.shape, {});
  if (kernels::Dims5(location.desc.shape).n == 1) wanted.n = location.placement.n;
  return location.placement == wanted;
}

std::string layout_text(const kernels::Placement& p) {
  std::string text = p.block == 1 ? "planar" : cat("block", p.block);
  if (p.halo_h || p.halo_w) text += cat(" halo", p.halo_h, "x", p.halo_w);
  return text;
}

kernels::Space Plan::space_of(const Location& location) const {
  return storages[static_cast<std::size_t>(location.storage)].space;
}

std::size_t Plan::all_arenas_bytes() const {
  return std::accumulate(arena_bytes.begin(), arena_bytes.end(), std::size_t{0});
}

std::size_t Plan::offset_bytes(const Location& location) const {
  return storages[static_cast<std::size_t>(location.storage)].offset +
         static_cast<std::size_t>(location.first) * dtype_bytes(location.desc.dtype);
}

std::string Plan::text() const {
  // The type where it is not the one that the line tells anyway.
  const auto place = [&](const Location& l, DType told) {
    if (l.storage == kNoStorage) return std::string("-");
    const char* space = space_of(l) == kernels::Space::host ? "" : "device ";
    const std::string type = l.desc.dtype == told ? "" : cat(dtype_name(l.desc.dtype), " ");
    return cat("@", offset_bytes(l), " ", space, type, layout_text(l.placement));
  };
  std::string out = cat("# ", steps.size(), " steps, ", kernels.size(), " kernels, arena ",
                        all_arenas_bytes(), " bytes of ", tensor_bytes, " without reuse\n");
  for (std::size_t i = 0; i < inputs.size(); ++i)
    out +=
        cat("input ", i, " ", inputs[i].desc.shape.text(), " ", place(inputs[i], inputs[i].desc.dtype), "\n");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const Choice& choice = choice_of(step);
    out += cat(i, " | ", choice.text, " | ", choice.family->id(), " | ", choice.schedule.text(), " | ",
               source_name(choice.source), " |");
    const kernels::Problem& problem = choice.problem;
    for (std::size_t j = 0; j < step.inputs.size(); ++j)
      out += cat(" ", place(step.inputs[j], problem.inputs[j].desc.dtype));
    out += " ->";
    for (std::size_t j = 0; j < step.outputs.size(); ++j)
      out += cat(" ", place(step.outputs[j], problem.outputs[j].dtype));
    out += cat(" | ", step.name, "\n");
  }
  for (std::size_t i = 0; i < outputs.size(); ++i)
    out += cat("output ", i, " ", outputs[i].location.desc.shape.text(), " ",
               place(outputs[i].location, outputs[i].location.desc.dtype), "\n");
  return out;
}

}  // namespace rt3d::runtime
