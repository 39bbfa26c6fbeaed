#include "kernels/cl/recipe.h"

#include <charconv>

#include "base/error.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {

Macros& Macros::add(std::string_view name, std::int64_t value) {
  text_ += cat(text_.empty() ? "" : " ", "-D", name, "=", value);
  return *this;
}

// Hexadecimal, so that no digit is lost.
Macros& Macros::add(std::string_view name, double value) {
  char digits[64];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value < 0 ? -value : value, std::chars_format::hex);
  text_ += cat(text_.empty() ? "" : " ", "-D", name, "=", value < 0 ? "-" : "", "0x",
               std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)), "f");
  return *this;
}

Macros& Macros::add(std::string_view name, std::string_view words) {
  text_ += cat(text_.empty() ? "" : " ", "-D", name, "=", words);
  return *this;
}

std::int64_t texel_bytes(Texel texel) {
  constexpr std::array<std::int64_t, 5> kBytes{0, 8, 16, 16, 4};
  return kBytes.at(static_cast<std::size_t>(texel));
}

std::string KernelCode::whole_text() const { return cat(kCommon.text, source.text); }

Range Range::of(std::array<std::int64_t, 3> items, std::array<std::int64_t, 3> group) {
  Range range;
  for (std::size_t i = 0; i < 3; ++i) {
    range.items[i] = static_cast<std::size_t>(items[i]);
    range.local[i] = static_cast<std::size_t>(group[i]);
    const std::int64_t whole = group[i] > 0 ? ceil_div(items[i], group[i]) * group[i] : items[i];
    range.global[i] = static_cast<std::size_t>(whole);
  }
  return range;
}

}  // namespace rt3d::kernels::cl
