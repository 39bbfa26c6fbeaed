// rt3d-prune with labelled videos, as the tests of runs call it: quick, on one thread, on small clips.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/shell.h"
#include "pruner/video_set.h"

namespace rt3d::cli {

// Options: those of the videos, and those that make a run quick.
std::string data_of(const tests::VideoSet& set);
inline constexpr char kQuick[] = " --threads 1 --tune off --db none --batch 8 ";

// The program and its arguments, which have no spaces in them.
std::vector<std::string> prune_words(const std::string& arguments);
// Of a run that must succeed.
Result pruned_with(const Shell& shell, const std::string& arguments);
// Of one that must end with one line on standard error, and this code: the line.
std::string refusal(const Shell& shell, const std::string& arguments, int exit_code);

std::int64_t lines_of(const std::string& file);

}  // namespace rt3d::cli
