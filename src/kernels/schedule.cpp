#include "kernels/schedule.h"

#include <charconv>

#include "base/error.h"

namespace rt3d::kernels {

int Schedule::get(std::string_view name) const {
  for (const auto& [key, value] : knobs_)
    if (key == name) return value;
  fail(Code::internal, "schedule '", text(), "' has no '", name, "'");
}

int Schedule::get(std::string_view name, int fallback) const {
  for (const auto& [key, value] : knobs_)
    if (key == name) return value;
  return fallback;
}

std::string Schedule::text() const {
  if (knobs_.empty()) return "default";
  std::string out;
  for (const auto& [key, value] : knobs_) out += (out.empty() ? "" : ",") + key + "=" + std::to_string(value);
  return out;
}

Schedule parse_schedule(std::string_view text) {
  Schedule schedule;
  if (text == "default") return schedule;
  while (!text.empty()) {
    const std::string_view knob = text.substr(0, text.find(','));
    const auto equals = knob.find('=');
    int value = 0;
    const char* end = knob.data() + knob.size();
    if (equals == std::string_view::npos || equals == 0 ||
        std::from_chars(knob.data() + equals + 1, end, value).ptr != end || equals + 1 == knob.size())
      fail(Code::invalid_argument, "'", knob, "' is not a schedule's name=integer");
    schedule.add(std::string(knob.substr(0, equals)), value);
    text.remove_prefix(std::min(knob.size() + 1, text.size()));
  }
  return schedule;
}

}  // namespace rt3d::kernels
