// Owned memory aligned for vectors and for huge pages.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace rt3d {

// Zero-initialised only where asked. Alignment 64 bytes; a page from 128 KiB on, where buffers are mappings of their own, which go
// back to the system when freed; 2 MiB from 2 MiB on, where transparent huge pages are requested as well.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  // Another view of the memory, which is freed with the last; or none of one that was freed.
  class Weak;

  Buffer() = default;
  explicit Buffer(std::size_t bytes);  // throws OutOfMemory; contents are undefined
  static Buffer zeroed(std::size_t bytes);
  static Buffer untouched(std::size_t bytes);  // zeroed; a mapping takes memory only as it is written

  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer&&) noexcept = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  void let_go();  // of what is in a mapping: zeros from now on, which take memory as they are written
  Buffer alias() const { return {data_, bytes_}; }

  std::byte* data() const { return data_.get(); }
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data_.get());
  }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    std::size_t mapped;  // bytes of the mapping; 0: from the heap
    void operator()(std::byte* p) const;
  };
  Buffer(std::shared_ptr<std::byte[]> data, std::size_t bytes) : data_(std::move(data)), bytes_(bytes) {}

  std::shared_ptr<std::byte[]> data_;
  std::size_t bytes_ = 0;
};

class Buffer::Weak {
 public:
  explicit Weak(const Buffer& buffer) : data_(buffer.data_), bytes_(buffer.bytes_) {}
  bool expired() const { return bytes_ > 0 && data_.expired(); }
  Buffer lock() const { return {data_.lock(), bytes_}; }  // of one that is not expired

 private:
  std::weak_ptr<std::byte[]> data_;
  std::size_t bytes_;
};

}  // namespace rt3d
