// Memory that kernels work on: the host's, or an engine's own, which the host cannot address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rt3d::kernels {

enum class Space : std::uint8_t {
  host,    // this process's memory: what the API reads and writes lies here
  device,  // the engine's own
};
inline constexpr int kSpaces = 2;

class Memory {
 public:
  virtual ~Memory() = default;
  virtual std::size_t bytes() const = 0;
  // What is in it is not wanted any more: it may be zeros from now on, and take no memory until it is written.
  virtual void let_go() {}
  // Of host memory the address, of a device's what its engine and its kernels know the memory by.
  virtual void* base() const = 0;
  // Between this memory and the host's, after everything that the engine was told to run before. Throw what finish() does.
  virtual void write(std::size_t offset, std::span<const std::byte> from) = 0;
  virtual void read(std::size_t offset, std::span<std::byte> to) const = 0;
};

// Where an operand's element (0, 0, 0, 0, 0) is.
struct Place {
  void* base = nullptr;
  std::size_t offset = 0;  // in bytes

  Place() = default;
  Place(std::byte* host) : base(host) {}  // implicit: addresses are places of the host
  Place(const Memory& memory, std::size_t at) : base(memory.base()), offset(at) {}

  // The address; of host memory only.
  std::byte* host() const { return static_cast<std::byte*>(base) + offset; }
};

}  // namespace rt3d::kernels
