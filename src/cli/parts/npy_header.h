// The header of a .npy file: "\x93NUMPY", version, length, and {'descr': '<f4', 'fortran_order': False,
// 'shape': (2, 3), }.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

namespace rt3d::cli {

struct NpyHeader {
  std::string descr;
  std::vector<std::int64_t> shape;
};

// Leaves `in` at the first element. Throws Failure naming `path` when the header is malformed or the order is
// Fortran's.
NpyHeader read_npy_header(std::istream& in, const std::filesystem::path& path);

// Magic, version 1.0 and header, padded to a multiple of 64 bytes.
std::string npy_header_text(const std::string& descr, const std::vector<std::int64_t>& shape);

}  // namespace rt3d::cli
