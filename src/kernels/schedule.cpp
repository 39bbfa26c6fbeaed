#include "kernels/schedule.h"

#include <charconv>
#include <system_error>

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
    const auto is_number = [&knob](std::size_t at, int& value) {
      const char* end = knob.data() + knob.size();
      const auto [stop, error] = std::from_chars(knob.data() + at, end, value);
      return error == std::errc() && stop == end;  // one that is too large is none
    };
    int value = 0;
    if (equals == std::string_view::npos || equals == 0 || !is_number(equals + 1, value))
      fail(Code::invalid_argument, "'", knob, "' is not a schedule's name=integer");
    schedule.add(std::string(knob.substr(0, equals)), value);
    text.remove_prefix(std::min(knob.size() + 1, text.size()));
  }
  return schedule;
}

}  // namespace rt3d::kernels
