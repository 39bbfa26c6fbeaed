// What names and other texts from files may show on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace rt3d::cli {

// One line without control characters, which terminals obey: white space is a space, others (those that UTF-8
// encodes, and lone bytes that stand for one, too) are '?'.
std::string printable(std::string_view text);

// The same for text of several lines: line ends and tabs stay.
std::string printable_lines(std::string_view text);

}  // namespace rt3d::cli
