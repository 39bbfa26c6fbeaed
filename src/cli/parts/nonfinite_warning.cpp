#include "cli/parts/nonfinite_warning.h"

#include <algorithm>

#include "cli/parts/failure.h"
#include "cli/parts/scores.h"

namespace rt3d::cli {
namespace {

// "12 of the 40 values of 'clip'", of the first that holds any; "" when all are finite.
std::string first_held(const std::vector<NamedArray>& arrays) {
  for (const NamedArray& named : arrays)
    if (const std::int64_t count = summarize(named.array).not_finite; count > 0)
      return join(count, " of the ", element_count(named.array.shape), " values of '", named.name, "'");
  return "";
}

// Whether a step multiplies sums of operands, as Winograd's methods do.
bool multiplies_sums(const rt3d_session* session) {
  const std::vector<Step> steps = steps_of(session);
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step& step) { return step.macs > 0 && step.executed_macs == 0; });
}

}  // namespace

std::vector<std::string> nonfinite_warnings(const rt3d_session* session,
                                            const std::vector<NamedArray>& inputs,
                                            const std::vector<NamedArray>& outputs) {
  std::string cause = first_held(inputs);
  if (!cause.empty())
    cause = "the input is not finite either: " + cause;
  else if (multiplies_sums(session))
    cause =
        "inputs are finite; values near the largest float overflow in Winograd's transforms first: try "
        "--accuracy exact";
  else
    cause = "inputs are finite: the model's own sums or functions overflow or are not defined";
  std::vector<std::string> lines;
  for (const NamedArray& output : outputs)
    if (const std::string held = first_held({output}); !held.empty())
      lines.push_back(join(held, " are NaN or infinite (", cause, ")"));
  return lines;
}

}  // namespace rt3d::cli
