// A run's folder: what it was asked for, how far it is, and what came out. Whatever ends the run, the folder can be resumed.
//
//   recipe.json   all options, with the command and what the data set was
//   model.onnx    the model as it was given
//   checkpoint    the state (pruner/checkpoint.h), replaced as a whole
//   log.txt       what was told, with times
//   epochs.csv, layers.csv, result.json    tables
#pragma once

#include <cstdio>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/file.h"

namespace rt3d::cli {

class RunFolder {
 public:
  // A new run's: the folder is made, or is empty. Throws UsageError when another run is in it.
  static RunFolder create(const std::filesystem::path& folder);
  // One that there is. Throws UsageError when no run is in it.
  static RunFolder open(const std::filesystem::path& folder);
  // Both throw Failure when another process works in it, or it cannot be written.

  std::filesystem::path file(const char* name) const { return folder_ / name; }
  std::filesystem::path recipe() const { return file("recipe.json"); }
  std::filesystem::path model() const { return file("model.onnx"); }
  std::filesystem::path checkpoint() const { return file("checkpoint"); }

  // A line of the log. Where it cannot be written (a full disk) the run goes on without.
  void log(const std::string& line) const;

 private:
  explicit RunFolder(std::filesystem::path folder);

  std::filesystem::path folder_;
  Descriptor lock_;
};

}  // namespace rt3d::cli
