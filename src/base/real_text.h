// Numbers with a fraction, as text. std::from_chars would do, but the C++ library of Android's NDK has it for whole numbers
// alone (libc++ before LLVM 20).
#pragma once

#include <optional>
#include <string_view>

namespace rt3d {

// The number that the whole text is, in std::from_chars' form: no space, no plus sign, no hexadecimal digits, inf and nan by name,
// whatever the locale. None for anything else, and for what no double can hold.
std::optional<double> parse_real(std::string_view text);

// The same by the C library, for C++ libraries that cannot; in a program that has chosen a locale with another decimal point than
// '.', numbers with a fraction are none. Compiled everywhere, so that tests reach it.
std::optional<double> parse_real_by_c(std::string_view text);

}  // namespace rt3d
