// What names and other texts from files may show on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace rt3d::cli {

// One line without control characters, which terminals obey: white space is a space, others (those that UTF-8
// encodes, too) are '?'. Bytes that are no UTF-8 are escaped, "caf\xe9".
std::string printable(std::string_view text);

// The same for text of several lines: line ends and tabs stay.
std::string printable_lines(std::string_view text);

// As many of the text's characters as `columns` of a terminal hold, one each.
std::string_view first_columns(std::string_view text, std::size_t columns);

}  // namespace rt3d::cli
