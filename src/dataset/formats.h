// How data sets are distributed: one file for each format, and a row in dataset.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dataset/dataset.h"
#include "dataset/text_table.h"

namespace rt3d::dataset {

// What a format's lists say. Paths are where the videos should be.
struct Listed {
  std::vector<std::string> classes;
  std::vector<Sample> train, test;
  bool has_test = false;  // the lists say what to test with, be it nothing
};

// `split` with its lines.
struct Split {
  std::filesystem::path file;
  std::vector<Line> lines;
};

// UCF101: trainlist01.txt, testlist01.txt and classInd.txt in one folder; Class/video.avi, or all videos in one folder.
bool is_ucf101(const Split& split);
Listed read_ucf101(const Source& source, const Split& split);

// HMDB51: CLASS_test_splitN.txt, one file for each class; any of them names the split.
bool is_hmdb51(const Split& split);
Listed read_hmdb51(const Source& source, const Split& split);

// Kinetics: a CSV file with the columns label, youtube_id, time_start, time_end and, maybe, split.
bool is_kinetics(const Split& split);
Listed read_kinetics(const Source& source, const Split& split);

// `path label` on each line, or `folder frames label` as mmaction2 lists pictures; separated by spaces, commas, semicolons.
bool is_path_list(const Split& split);
Listed read_path_list(const Source& source, const Split& split);

// Without a split: a folder for each class.
Listed read_class_folders(const Source& source);

// `root`/`relative`, or the file's name alone right in `root`, where the folders were flattened.
std::filesystem::path below(const std::filesystem::path& root, const std::filesystem::path& relative);

// What is right in a folder, sorted by name, without what is hidden. Throws io.
std::vector<std::filesystem::directory_entry> sorted_entries(const std::filesystem::path& folder);

// By the end of its name.
bool has_video_name(const std::filesystem::path& file);
bool has_picture_name(const std::filesystem::path& file);

}  // namespace rt3d::dataset
