#include "base/real_text.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <version>

namespace rt3d {

std::optional<double> parse_real_by_c(std::string_view text) {
  // What strtod takes beside std::from_chars: spaces and a plus sign before, hexadecimal digits, an end in the middle.
  constexpr std::string_view kBeginnings = "-.0123456789iInN";
  if (text.empty() || kBeginnings.find(text[0]) == std::string_view::npos) return {};
  if (text[0] == '-' && (text.size() == 1 || kBeginnings.substr(1).find(text[1]) == std::string_view::npos))
    return {};
  if (text.find_first_of("xXpP") != std::string_view::npos) return {};
  const std::string kept(text);
  char* end = nullptr;
  errno = 0;
  const double value = std::strtod(kept.c_str(), &end);
  if (end != kept.c_str() + kept.size()) return {};
  if (errno == ERANGE && (value == 0 || std::isinf(value))) return {};
  return value;
}

std::optional<double> parse_real(std::string_view text) {
#if defined(__cpp_lib_to_chars)
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return value;
#else
  return parse_real_by_c(text);
#endif
}

}  // namespace rt3d
