#include "faults.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace rt3d::cl_faults {
namespace {

template <typename Number>
Number number_in(std::string_view text, std::string_view item, Number least) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least)
    refuse("no such number '" + std::string(text) + "' in '" + std::string(item) + "'");
  return number;
}

cl_int error_in(std::string_view text, std::string_view item) {
  return number_in<cl_int>(text, item, std::numeric_limits<cl_int>::min());
}

// "<call>=<error>" of a function.
Faults::Error call_and_error(std::string_view value, std::string_view item) {
  const std::size_t equals = value.find('=');
  if (equals == value.npos) refuse("no '=<error>' in '" + std::string(item) + "'");
  const std::string_view call = value.substr(0, equals);
  return {call == "*" ? Faults::kEvery : number_in(call, item, 1L), error_in(value.substr(equals + 1), item)};
}

// One that has a value behind a colon; false when it is none of them.
bool read_with_value(Faults& faults, std::string_view name, std::string_view value, std::string_view item) {
  for (std::size_t i = 0; i < kFunctions; ++i)
    if (name == kNames[i]) {
      faults.errors[i].push_back(call_and_error(value, item));
      return true;
    }
  if (name == "device_lost") {
    const std::size_t equals = value.find('=');
    faults.lost_from = number_in(value.substr(0, equals), item, 1L);
    if (equals != value.npos) faults.lost_error = error_in(value.substr(equals + 1), item);
  } else if (name == "wrong_numbers") {
    faults.wrong_numbers = number_in<std::size_t>(value, item, 1);
  } else if (name == "hang_build") {
    faults.hang_build = std::chrono::milliseconds(number_in(value, item, 0L));
  } else if (name == "slow_kernels") {
    faults.slow_kernels = std::chrono::milliseconds(number_in(value, item, 0L));
  } else if (name == "describe") {
    faults.description = Description::of_file(std::string(value));
  } else if (name !=
             "note") {  // which means nothing: it makes a text another one, so that counting begins anew
    return false;
  }
  return true;
}

bool read_word(Faults& faults, std::string_view name) {
  if (name == "wrong_numbers") {
    faults.wrong_numbers = 1;
    return true;
  }
  struct Word {
    std::string_view name;
    bool Faults::*is;
  };
  constexpr Word kWords[] = {
      {"build_log", &Faults::build_log},
      {"no_devices", &Faults::no_devices},       {"no_platforms", &Faults::no_platforms},
      {"binary_crash", &Faults::binary_crash},   {"binary_wrong", &Faults::binary_wrong}};
  for (const Word& word : kWords)
    if (word.name == name) {
      faults.*word.is = true;
      return true;
    }
  return false;
}

}  // namespace

void refuse(const std::string& why) {
  std::fprintf(stderr, "rt3d-cl-faults: %s\n", why.c_str());
  std::abort();
}

Faults parse_faults(const std::string& text) {
  Faults faults;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    if (item.empty()) continue;
    const std::size_t colon = item.find(':');
    const bool known = colon == item.npos
                           ? read_word(faults, item)
                           : read_with_value(faults, item.substr(0, colon), item.substr(colon + 1), item);
    if (!known) refuse("no such fault: '" + std::string(item) + "'");
  }
  return faults;
}

}  // namespace rt3d::cl_faults
