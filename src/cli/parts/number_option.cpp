#include "cli/parts/number_option.h"

#include <charconv>

#include "base/real_text.h"
#include "cli/parts/failure.h"

namespace rt3d::cli {
namespace {

bool read(const std::string& text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end;
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  const bool open = most >= kMostSigned;
  const std::string range = open ? join("from ", least, " on") : join("from ", least, " to ", most);
  const auto refuse = [=](std::string& text) {
    std::uint64_t number = 0;
    if (!read(text, number) || number < least) return "'" + text + "' is not a whole number " + range;
    if (number > most) return join("'", text, "' is not a whole number from ", least, " to ", most);
    text = std::to_string(number);
    return std::string();
  };
  return {refuse, "INT " + range};
}

CLI::Validator finite_number(double least, double most) {
  const std::string range = join("from ", least, " to ", most);
  const auto refuse = [=](std::string& text) {
    const auto number = parse_real(text);
    const bool good = number && *number >= least && *number <= most && !text.starts_with('-');  // no NaN is
    return good ? std::string() : "'" + text + "' is not a number " + range;
  };
  return {refuse, "FLOAT " + range};
}

}  // namespace rt3d::cli
