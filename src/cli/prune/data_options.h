// Labelled videos as a command line names them, and what of each a model sees.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/parts/clip_text.h"
#include "cli/parts/handles.h"
#include "cli/prune/graph_facts.h"
#include "dataset/dataset.h"
#include "dataset/loader.h"
#include "video/clip_layout.h"

namespace rt3d::cli {

struct DataOptions {
  std::string data, split, test_split;
  double held_out = 0.2;
  std::uint64_t split_seed = 1;
  std::string protocol, views;
  bool no_mirror = false;
  ClipText clip;
  std::string cache;
  double cache_gib = 50;
};

// --data, --split, …, --protocol, --views, --frames, …, --cache.
void add_data_options(CLI::App& app, DataOptions& options);

struct Data {
  dataset::Dataset set;
  dataset::LoaderOptions loader;  // protocol, normalisation, cache: not yet what is trained
  const video::ClipLayout* layout = nullptr;
  std::vector<std::int64_t> input;  // the model's, of one clip
  std::shared_ptr<dataset::FrameCache> cache;
};

// What the options, the model's metadata and the shape of its one input say (docs/video.md), and the data set, of whose warnings it
// tells. Throws UsageError and what read_dataset() throws.
Data read_data(const DataOptions& options, const std::vector<TensorInfo>& inputs, const Metadata& metadata);

// "UCF101: 101 classes, 9537 videos to train with, 3783 to test with"
std::string data_text(const dataset::Dataset& set);

}  // namespace rt3d::cli
