// What is known of a model's layers, added up; and what tuning would still bring.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/parts/handles.h"

namespace rt3d::cli {

struct Outlook {
  int problems = 0;  // with a choice
  int full = 0, quick = 0, surveyed = 0, near = 0, unknown = 0;
  int quick_candidates = 0, full_candidates = 0;  // that tuning would still measure
  double quick_ns = 0, full_ns = 0;
  // Of problems whose estimated code was measured beside the fastest: how many, and by what factor tuning made a layer faster. 0: there is none.
  int compared = 0;
  double least_gain = 0, most_gain = 0;
  double gain = 0;  // of all layers with these problems together
};
Outlook outlook_of(const std::vector<Prospect>& prospects);

// "measured in full", "quick tuning", "in a survey", "near", "no", "only choice".
std::string known_text(const Prospect& prospect);
// Lines: what is known, what tuning would measure, what it brought so far.
std::string outlook_text(const Outlook& outlook);
nlohmann::json outlook_json(const Outlook& outlook);

}  // namespace rt3d::cli
