// Read-only files mapped into memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace rt3d {

// A whole file, mapped privately and read-only; the bytes live as long as the object. Throws io with the
// reason. Who shortens the file meanwhile takes the bytes away; replacing it by renaming does not.
class MappedFile {
 public:
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  // Takes over an open descriptor (which is closed in any case); `name` is for messages.
  static std::shared_ptr<const MappedFile> from_descriptor(int descriptor, const std::filesystem::path& name);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  // Lets the pages of a part of bytes() leave this process's memory; they are read again when somebody looks. For part of
  // another object's bytes undefined.
  void release(std::span<const std::byte> part) const;

 private:
  MappedFile() = default;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace rt3d
