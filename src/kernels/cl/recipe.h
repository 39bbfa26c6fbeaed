// Recipe: what runs on the device for one problem, as plain data: texts, options, sizes, arguments and how constants are packed. It is
// made without a device, so that what a phone would compile can be looked at anywhere (bench/gpu), and tested with made-up devices.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/family.h"

namespace rt3d::kernels::cl {

// A text of OpenCL C, embedded at build time.
struct Source {
  std::string_view file;  // "conv.cl"
  std::string_view text;
};

// Compile-time options: "-DNAME=value" each, in the order in which they were added.
class Macros {
 public:
  Macros& add(std::string_view name, std::int64_t value);
  Macros& add(std::string_view name, double value);  // as a float
  Macros& add(std::string_view name, std::string_view words);
  Macros& flag(std::string_view name) { return add(name, std::int64_t{1}); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct KernelCode {
  Source source;
  std::string options;
  std::string kernel;  // the function's name

  std::string whole_text() const;  // with what all kernels share in front
  bool operator==(const KernelCode& other) const {
    return source.file == other.source.file && options == other.options && kernel == other.kernel;
  }
};

// Work-items, those with something to do and with those that fill up work-groups; sizes of work-groups of 0 are the driver's choice. Global
// sizes are multiples of the local ones.
struct Range {
  std::array<std::size_t, 3> items{1, 1, 1};
  std::array<std::size_t, 3> global{1, 1, 1};
  std::array<std::size_t, 3> local{0, 0, 0};
  // Launched in so many parts along the last dimension, so that none keeps the device from others for long.
  std::size_t parts = 1;

  static Range of(std::array<std::int64_t, 3> items, std::array<std::int64_t, 3> group);
};

// What one texel of an image that lies over a whole buffer holds.
enum class Texel : std::uint8_t { none, half4, float4, uint4, int1 };
std::int64_t texel_bytes(Texel texel);

// An argument of a kernel: a buffer, or the image over it, and, for activations, the element at which the operand begins (an int).
struct Argument {
  enum class Kind : std::uint8_t { input, output, packed };
  Kind kind;
  int index;
  Texel texel = Texel::none;
};

struct Launch {
  KernelCode code;
  Range range;
  std::vector<Argument> arguments;
};

using Bytes = std::vector<std::byte>;
struct Recipe {
  std::vector<Launch> launches;
  // Sizes of the element types of activations, for their offsets.
  std::vector<DType> input_types, output_types;
  // The packed constants, in the order of their indices.
  std::function<std::vector<Bytes>(std::span<const Tensor* const> constants, ThreadPool& pool)> pack;
};

}  // namespace rt3d::kernels::cl
