#include "cli/parts/prospects.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/parts/failure.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

constexpr const char* kRigors[] = {"surveyed", "quick", "full"};

bool has_choice(const Prospect& p) { return p.source != "only choice" && p.source != "forced"; }

std::string measuring_text(const char* how, int candidates, double ns) {
  if (candidates == 0) return join(how, " tuning would measure nothing");
  return join(how, " tuning would measure about ", candidates, " candidates, in about ",
              long_duration(std::max(1.0, ns * 1e-9)));
}

}  // namespace

Outlook outlook_of(const std::vector<Prospect>& prospects) {
  Outlook all;
  double first_ns = 0, fastest_ns = 0;
  for (const Prospect& p : prospects) {
    if (!has_choice(p)) continue;
    ++all.problems;
    if (p.source == "database") {
      ++(p.rigor == 2 ? all.full : p.rigor == 1 ? all.quick : all.surveyed);
    } else {
      ++(p.source == "near" ? all.near : all.unknown);
    }
    all.quick_candidates += p.quick_candidates;
    all.full_candidates += p.full_candidates;
    all.quick_ns += p.quick_ns;
    all.full_ns += p.full_ns;
    if (!(p.source == "database" && p.first_choice_ns > 0 && p.time_ns > 0)) continue;
    const double gain = p.first_choice_ns / p.time_ns;
    all.least_gain = all.compared == 0 ? gain : std::min(all.least_gain, gain);
    all.most_gain = std::max(all.most_gain, gain);
    ++all.compared;
    first_ns += p.uses * p.first_choice_ns;
    fastest_ns += p.uses * p.time_ns;
  }
  if (all.compared > 0) all.gain = first_ns / fastest_ns;
  return all;
}

std::string known_text(const Prospect& p) {
  if (p.source == "database") return kRigors[std::clamp(p.rigor, 0, 2)];
  return p.source == "estimate" ? "no" : p.source;
}

std::string outlook_text(const Outlook& o) {
  std::string text = join(o.problems, " problems with a choice: ");
  const std::pair<int, const char*> kinds[] = {{o.full, "full"},
                                               {o.quick, "quick"},
                                               {o.surveyed, "surveyed"},
                                               {o.near, "near"},
                                               {o.unknown, "unknown"}};
  const char* comma = "";
  for (const auto& [count, what] : kinds)
    if (count > 0) text += join(std::exchange(comma, ", "), count, " ", what);
  text += "\n";
  text += measuring_text("quick", o.quick_candidates, o.quick_ns) + "\n";
  text += measuring_text("full", o.full_candidates, o.full_ns) + "\n";
  if (o.compared == 0)
    return text + "what that would bring is not known: no estimate was measured beside the fastest\n";
  return text + join("so far tuning made ", o.compared, o.compared == 1 ? " problem " : " problems ",
                     fixed(o.gain, 2), " times as fast (", fixed(o.least_gain, 2), " to ",
                     fixed(o.most_gain, 2), ")\n");
}

nlohmann::json outlook_json(const Outlook& o) {
  nlohmann::json json = {{"problems", o.problems},
                         {"full", o.full},
                         {"quick", o.quick},
                         {"surveyed", o.surveyed},
                         {"near", o.near},
                         {"unknown", o.unknown},
                         {"quick_candidates", o.quick_candidates},
                         {"full_candidates", o.full_candidates},
                         {"quick_ns", o.quick_ns},
                         {"full_ns", o.full_ns},
                         {"compared", o.compared}};
  if (o.compared > 0)
    json.update({{"gain", o.gain}, {"least_gain", o.least_gain}, {"most_gain", o.most_gain}});
  return json;
}

}  // namespace rt3d::cli
