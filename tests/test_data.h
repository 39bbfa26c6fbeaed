// Where the tests' files lie.
#pragma once

#include <filesystem>

namespace rt3d::tests {

// tests/<below> in the source tree.
std::filesystem::path test_data(const std::filesystem::path& below);

}  // namespace rt3d::tests
