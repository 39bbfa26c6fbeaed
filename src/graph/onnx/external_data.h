// Files with a model's external data. A location is a relative path without "..", looked for in the model's
// own folder and, where the model is a link, in the folder of what it names. Links are followed (caches keep
// models and data as links to files whose names are checksums) as long as the file that they lead to lies in
// one of these two folders, or below.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace rt3d::graph {

struct ExternalBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const MappedFile> file;
};

class ExternalData {
 public:
  // No folders mean that the model was given without one: every request is then refused.
  explicit ExternalData(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

  // `bytes` bytes at `offset` of the file at `location`. Throws invalid_model for a location that leaves the
  // folders or a range outside the file, io when the file cannot be read. Files are mapped once.
  ExternalBytes read(const std::string& location, std::uint64_t offset, std::uint64_t bytes);
  std::uint64_t mapped_bytes() const { return mapped_bytes_; }  // of all files together

 private:
  std::vector<std::filesystem::path> folders_;
  std::map<std::string, std::shared_ptr<const MappedFile>> files_;  // by location
  std::map<FileId, std::shared_ptr<const MappedFile>> distinct_;
  std::uint64_t mapped_bytes_ = 0;
};

// Where a model's external data may lie: its folder, and that of what it is a link to.
std::vector<std::filesystem::path> data_folders(const std::filesystem::path& model);

}  // namespace rt3d::graph
