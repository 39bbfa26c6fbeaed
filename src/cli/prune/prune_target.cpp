#include "cli/prune/prune_target.h"

#include <charconv>
#include <string_view>

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
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size() && value > unit.above &&
        value <= unit.most)
      return {unit.kind, value};
    break;
  }
  throw UsageError("--target " + text +
                   ": give 2.6x (so many times fewer multiply-adds), 40ms (so long a run on this machine) or "
                   "2x-faster (than the dense model on this machine), with a factor above 1 and up to 100");
}

}  // namespace rt3d::cli
