// Reads archives of arrays the way that others would: by their central directory, sums checked.
#pragma once

#include <map>
#include <string>

#include "cli/parts/npz.h"

namespace rt3d::tests {

std::map<std::string, cli::ByteArray> read_npz(const std::string& path);

}  // namespace rt3d::tests
