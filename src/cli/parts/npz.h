// NumPy's .npz files: a zip archive of .npy files, without compression, as numpy.savez writes them and numpy.load reads them by name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace rt3d::cli {

struct ByteArray {
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> values;  // row-major
};

// Arrays of bytes (uint8) by name. Throws Failure naming the file; 2 GiB at most.
void write_npz(const std::filesystem::path& path, const std::map<std::string, ByteArray>& arrays);

}  // namespace rt3d::cli
