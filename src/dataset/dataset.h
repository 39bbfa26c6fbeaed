// A data set of labelled videos: which there are to train with and to test with, and what each shows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rt3d::dataset {

struct Sample {
  std::filesystem::path path;  // a video, or a folder of pictures
  int label = 0;               // index into classes
};

struct Dataset {
  std::string format;  // "UCF101", "folder for each class", …
  std::vector<std::string> classes;
  std::vector<Sample> train, test;
  std::vector<std::string> warnings;  // what is missing, a line each
};

// Where to look. Formats are recognised by the split's name and first line (docs/datasets.md); without a split `root` has one folder for
// each class.
struct Source {
  std::filesystem::path root;        // of the videos
  std::filesystem::path split;       // a list of the data set's own; "": none
  std::filesystem::path test_split;  // where the split says nothing of tests; "": a share of the split
  double held_out = 0.2;             // that share of each class, drawn by
  std::uint64_t seed = 1;
};

// Videos that are named and not there are left out with a warning. Throws invalid_argument in one line that names file and line: for a
// split of no known format, a class that is none, fewer than two classes, no video to train or to test with; io for what cannot be read.
Dataset read_dataset(const Source& source);

}  // namespace rt3d::dataset
