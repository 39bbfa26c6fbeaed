// Runs with labelled videos beside each other: what each was asked for, how accurate its model is and how long that takes.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace rt3d::cli {

// A model that a run's result.json tells of, at default accuracy.
struct RunPoint {
  std::string run;  // the folder, relative to the one that was given
  std::string
      method;  // "reweighted"; "dense" for the model that a run began with, "trained" for one that was only trained
  std::string schemes;                    // "" where nothing was pruned
  double rate = 1;                        // multiply-adds before ÷ after
  double top1 = 0, lower = 0, upper = 0;  // shares; the interval for 95 %
  double ms = 0;                          // of a clip
};

// Of the folder, where it is a finished run's, and of all finished runs in folders below it, sorted by their names. Runs that began with
// the same dense model each measured it, and the first one's stands for all. Throws UsageError where there is none, Failure for a
// result that cannot be read.
std::vector<RunPoint> read_runs(const std::filesystem::path& folder);

nlohmann::json json_of(const std::vector<RunPoint>& points);
std::string runs_csv(const std::vector<RunPoint>& points);
std::string runs_table(const std::vector<RunPoint>& points);
// Accuracy against time: a line for each method and scheme.
std::string runs_svg(const std::vector<RunPoint>& points, const std::string& heading);

}  // namespace rt3d::cli
