// Opening and mapping of files that come from a user: only regular ones, so that nothing waits for a pipe or
// reads a device.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"

namespace rt3d {

// What it means that a call on a file failed with this errno: out of memory, or io.
Code code_of(int error);
// The same as text, with what would do where the system's own says nothing to the point.
std::string reason_of(int error);

// Which file it is, whatever its names: two that live have the same only if they are one.
struct FileId {
  std::uint64_t device = 0, number = 0;
  auto operator<=>(const FileId&) const = default;  // NOLINT(modernize-use-nullptr): there is no 0 here
};

// Of the file at the end of a path's links; nothing, and errno, when there is none to ask.
std::optional<FileId> file_id(const std::filesystem::path& path);

// An open file, closed with the object.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

// Opens a regular file for reading, through links. Throws io with the reason; pipes, devices, folders and
// sockets are refused by what they are, without waiting for them.
Descriptor open_regular(const std::filesystem::path& path);

// Throws io unless the open file is a regular one; `name` is for messages.
void require_regular(const Descriptor& file, const std::filesystem::path& name);

// A whole file, mapped privately and read-only; the bytes live as long as the object. Throws io with the
// reason. Who shortens the file meanwhile takes the bytes away, and reading them ends the process (SIGBUS):
// require_whole() notices that before somebody reads. Replacing the file by renaming harms nobody.
class MappedFile {
 public:
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  static std::shared_ptr<const MappedFile> of(const Descriptor& file, const std::filesystem::path& name);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  // Throws io when the file is shorter now than what was mapped. One that was replaced or taken away is whole.
  void require_whole() const;
  FileId id() const { return id_; }
  // Lets the pages of a part of bytes() leave this process's memory; they are read again when somebody looks. For part of
  // another object's bytes undefined.
  void release(std::span<const std::byte> part) const;

 private:
  explicit MappedFile(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;  // absolute; the file is not kept open: a model may have thousands
  FileId id_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace rt3d
