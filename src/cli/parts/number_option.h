// Checks of options that are numbers. CLI11's own take NaN for a number of every range, a number that no integer
// holds for the largest one, and 010 for 8.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>

namespace rt3d::cli {

constexpr std::uint64_t kMostSigned = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kMostUnsigned = std::numeric_limits<std::uint64_t>::max();

// For transform(): CLI11 then reads the digits as they were read here.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most = kMostSigned);
CLI::Validator finite_number(double least, double most);

}  // namespace rt3d::cli
