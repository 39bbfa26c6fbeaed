// Owned memory aligned for vectors and for huge pages.
#pragma once

#include <cstddef>
#include <memory>

namespace rt3d {

// Zero-initialised only where asked. Alignment 64 bytes; a page from 128 KiB on, where buffers are mappings of their own, which go
// back to the system when freed; 2 MiB from 2 MiB on, where transparent huge pages are requested as well.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  Buffer() = default;
  explicit Buffer(std::size_t bytes);  // throws OutOfMemory; contents are undefined
  static Buffer zeroed(std::size_t bytes);
  static Buffer untouched(std::size_t bytes);  // zeroed; a mapping takes memory only as it is written

  void let_go();  // of what is in a mapping: zeros from now on, which take memory as they are written

  std::byte* data() const { return data_.get(); }
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data_.get());
  }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    Free() noexcept : mapped(0) {}
    explicit Free(std::size_t mapping_bytes) noexcept : mapped(mapping_bytes) {}
    std::size_t mapped;  // bytes of the mapping; 0: from the heap
    void operator()(std::byte* p) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t bytes_ = 0;
};

}  // namespace rt3d
