// NumPy's .npy files: a magic, a version, a header that is a Python dictionary, then the elements.
// Little-endian, row-major arrays of rt3d.h's data types are read (versions 1 to 3) and written (version 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

struct Array {
  rt3d_dtype dtype = RT3D_F32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> data;  // row-major
};

std::size_t dtype_bytes(rt3d_dtype dtype);
const char* dtype_name(rt3d_dtype dtype);
std::int64_t element_count(
    const std::vector<std::int64_t>& shape);  // throws Failure when negative or above 2^33

// Throws Failure naming the file and what is wrong with it; allocates no more than the file's size.
Array read_npy(const std::filesystem::path& path);
void write_npy(const std::filesystem::path& path, rt3d_dtype dtype, const std::vector<std::int64_t>& shape,
               const void* data);

// Element `index` of row-major data of any type, as a number.
double element(rt3d_dtype dtype, const void* data, std::int64_t index);
// The same values in another type; integers are truncated towards zero. Throws Failure for f16 targets.
Array converted(const Array& array, rt3d_dtype dtype);

}  // namespace rt3d::cli
