// Text files as other systems' editors write them.
#pragma once

#include <string>

namespace rt3d::cli {

// The text without a byte order mark at its start, its lines ending in \n instead of \r\n.
std::string plain_text(std::string text);

}  // namespace rt3d::cli
