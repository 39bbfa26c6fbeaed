#include "pruner/npz_reader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace rt3d::tests {
namespace {

std::uint64_t number(const std::string& bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  REQUIRE(at + size <= bytes.size());
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// Bit by bit, as the definition has it.
std::uint32_t crc_of(const std::string& bytes) {
  std::uint32_t sum = ~0U;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ 0xedb88320U : sum >> 1;
  }
  return ~sum;
}

// A .npy file of version 1 that holds bytes.
cli::ByteArray array_of(const std::string& file) {
  CHECK(file.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t values = 10 + number(file, 8, 2);
  const std::string header = file.substr(10, values - 10);
  CHECK(header.find("'descr': '|u1'") != std::string::npos);
  CHECK(header.find("'fortran_order': False") != std::string::npos);
  const std::size_t open = header.find("'shape': (");
  REQUIRE(open != std::string::npos);
  std::istringstream sizes(header.substr(open + 10, header.find(')', open) - open - 10));
  cli::ByteArray array;
  for (std::string size; std::getline(sizes, size, ',');)
    if (size.find_first_not_of(' ') != std::string::npos) array.shape.push_back(std::stoll(size));
  array.values.assign(file.begin() + static_cast<std::ptrdiff_t>(values), file.end());
  return array;
}

}  // namespace

std::map<std::string, cli::ByteArray> read_npz(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::size_t end = bytes.size() - 22;  // no comment
  REQUIRE(number(bytes, end, 4) == 0x06054b50);
  std::size_t at = number(bytes, end + 16, 4);
  std::map<std::string, cli::ByteArray> arrays;
  for (std::uint64_t left = number(bytes, end + 10, 2); left > 0; --left) {
    REQUIRE(number(bytes, at, 4) == 0x02014b50);
    const std::uint64_t sum = number(bytes, at + 16, 4), size = number(bytes, at + 20, 4),
                        length = number(bytes, at + 28, 2);
    REQUIRE(number(bytes, at + 10, 2) == 0);  // stored
    CHECK(number(bytes, at + 24, 4) == size);
    const std::string name = bytes.substr(at + 46, length);
    const std::size_t local = number(bytes, at + 42, 4);
    CHECK(number(bytes, local, 4) == 0x04034b50);
    CHECK(bytes.substr(local + 30, length) == name);
    const std::string file = bytes.substr(local + 30 + length + number(bytes, local + 28, 2), size);
    CHECK(crc_of(file) == sum);
    REQUIRE(name.ends_with(".npy"));
    arrays[name.substr(0, name.size() - 4)] = array_of(file);
    at += 46 + length;
  }
  CHECK(at == end);
  return arrays;
}

}  // namespace rt3d::tests
