#include "cli/parts/number_option.h"

#include <charconv>

#include "cli/parts/failure.h"

namespace rt3d::cli {
namespace {

template <typename Number>
bool read(const std::string& text, Number& number) {
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
    double number = 0;
    const bool signed_zero = number == 0 && text.starts_with('-');
    const bool good = read(text, number) && number >= least && number <= most && !signed_zero;  // no NaN is
    return good ? std::string() : "'" + text + "' is not a number " + range;
  };
  return {refuse, "FLOAT " + range};
}

}  // namespace rt3d::cli
