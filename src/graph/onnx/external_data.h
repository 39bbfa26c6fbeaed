// Files with a model's external data: only regular files inside the model's folder, reached without symbolic links.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

namespace rt3d::graph {

struct ExternalBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const MappedFile> file;
};

class ExternalData {
 public:
  // An empty folder means that the model was given without one: every request is then refused.
  explicit ExternalData(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // `bytes` bytes at `offset` of the file at `location`. Throws invalid_model for a location that leaves the folder or a range
  // outside the file, io when the file cannot be read. Files are mapped once.
  ExternalBytes read(const std::string& location, std::uint64_t offset, std::uint64_t bytes);

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::shared_ptr<const MappedFile>> files_;
};

}  // namespace rt3d::graph
