#include "cli/prune/prune_target.h"

#include <string_view>

#include "base/real_text.h"
#include "cli/parts/failure.h"

namespace rt3d::cli {
namespace {

struct Unit {
  std::string_view suffix;
  PruneTarget::Kind kind;
  double above, most;
};
// The first that fits: "" fits all.
constexpr Unit kUnits[] = {
    {"x-faster", PruneTarget::Kind::faster, 1, 100},
    {"ms", PruneTarget::Kind::time, 0, 1e6},
    {"x", PruneTarget::Kind::work, 1, 100},
    {"", PruneTarget::Kind::work, 1, 100},
};

}  // namespace

PruneTarget parse_prune_target(const std::string& text) {
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    const std::string_view digits = std::string_view(text).substr(0, text.size() - unit.suffix.size());
    const double value = parse_real(digits).value_or(unit.above);
    if (value > unit.above && value <= unit.most) return {unit.kind, value};
    break;
  }
  throw UsageError("--target " + text +
                   ": give 2.6x (so many times fewer multiply-adds), 40ms (so long a run on this machine) or "
                   "2x-faster (than the dense model on this machine), with a factor above 1 and up to 100");
}

// Multiply-adds alone always speak for the smallest groups.
void require_schemes(const std::vector<pruning::GroupSpec>& schemes, const PruneTarget& target) {
  if (schemes.size() > 1 && !target.is_time())
    throw UsageError(
        "--scheme: several schemes compete by time: give a --target like 40ms or 2x-faster, or one "
        "scheme");
  for (const pruning::GroupSpec& scheme : schemes) {
    if (schemes.size() > 1 && scheme.scheme == pruning::GroupScheme::filter)
      throw UsageError(
          "--scheme: filters go from all layers that share them, and compete with no other scheme: give "
          "filter by itself");
    if (schemes.size() > 1 && scheme.scheme == pruning::GroupScheme::winograd)
      throw UsageError(
          "--scheme: weights are pruned where they are, in Winograd's domain or not: give winograd by "
          "itself");
    if (target.is_time() && scheme.scheme == pruning::GroupScheme::winograd)
      throw UsageError("--scheme " + scheme.text() +
                       ": layers in Winograd's domain are not timed yet: give a --target like 2.6x");
    if (target.is_time() && !pruning::runs_sparse(scheme))
      throw UsageError(
          join("--scheme ", scheme.text(),
               ": the runtime has no code that gains time by such groups; those of 4, 8, 16 or 32 "
               "output and 1, 4 or 8 input channels do (docs/sparsity.md)"));
  }
}

}  // namespace rt3d::cli
