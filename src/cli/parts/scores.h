// What an output says: its range, and, where it is a vector of scores, the best ones with their labels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/parts/npy.h"

namespace rt3d::cli {

struct Summary {
  double least = 0, most = 0, mean = 0;  // of the finite values; 0 where there is none
  std::int64_t finite = 0, not_finite = 0;
};
Summary summarize(const Array& array);

// Whether the array is one vector (all dimensions but one are 1), of at least two elements.
bool is_vector(const std::vector<std::int64_t>& shape);

// Probabilities: the values themselves when they are already in [0, 1] and sum to 1, else their softmax.
std::vector<double> probabilities(const std::vector<double>& scores);
std::vector<double> values_of(const Array& array);

// Indices of the `count` largest values, largest first; of equal ones the first.
std::vector<std::size_t> top(const std::vector<double>& values, std::size_t count);

// One label a line; the end of the last line may be missing, and blank lines after the last label say nothing. Throws
// Failure when the file cannot be read.
std::vector<std::string> read_labels(const std::string& path);
std::vector<std::string> split_labels(const std::string& text);

}  // namespace rt3d::cli
