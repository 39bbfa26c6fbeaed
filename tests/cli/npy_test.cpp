#include "cli/parts/npy.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "cli/parts/failure.h"
#include "cli/parts/npy_header.h"
#include "scratch.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using tests::Scratch;
namespace {

template <typename T>
Array array_of(rt3d_dtype dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  Array array{dtype, std::move(shape), std::vector<std::byte>(values.size() * sizeof(T))};
  std::memcpy(array.data.data(), values.data(), array.data.size());
  return array;
}

// Version 1 with any dictionary.
std::string file_text(const std::string& dictionary, const std::string& data = "") {
  const auto length = static_cast<unsigned>(dictionary.size());
  return std::string("\x93NUMPY\x01", 7) + '\0' + static_cast<char>(length & 255) +
         static_cast<char>(length >> 8) + dictionary + data;
}

std::string complaint(const std::string& path) {
  try {
    read_npy(path);
  } catch (const Failure& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a .npy file reads back as it was written, for every type and rank") {
  const Scratch scratch;
  const std::string path = scratch.path("a.npy");
  for (const rt3d_dtype dtype :
       {RT3D_F32, RT3D_F64, RT3D_F16, RT3D_I64, RT3D_I32, RT3D_I8, RT3D_U8, RT3D_BOOL}) {
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{}, {6}, {2, 3}, {1, 3, 2, 0, 5}, {1, 1, 6}}) {
      const std::size_t bytes = static_cast<std::size_t>(element_count(shape)) * dtype_bytes(dtype);
      std::string data;
      for (std::size_t i = 0; i < bytes; ++i) data += static_cast<char>(i % 2);
      write_npy(path, dtype, shape, data.data());
      const Array array = read_npy(path);
      CHECK(array.dtype == dtype);
      CHECK(array.shape == shape);
      CHECK(std::string(reinterpret_cast<const char*>(array.data.data()), array.data.size()) == data);
    }
  }
}

TEST_CASE("a .npy header is padded so that elements start at a multiple of 64 bytes") {
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{}, {7}, {1, 3, 16, 112, 112}}) {
    const std::string text = npy_header_text("<f4", shape);
    CHECK(text.size() % 64 == 0);
    CHECK(text.back() == '\n');
  }
}

TEST_CASE("headers as NumPy writes them are read") {
  const Scratch scratch;
  const std::string floats(24, '\0');
  const std::string numpy = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }            \n";
  CHECK(read_npy(scratch.write("a.npy", file_text(numpy, floats))).shape == std::vector<std::int64_t>{2, 3});
  const std::string terse = "{\"shape\":(6,),\"fortran_order\":False,\"descr\":\"<f4\"}";
  CHECK(read_npy(scratch.write("b.npy", file_text(terse, floats))).shape == std::vector<std::int64_t>{6});
  std::string second = file_text(numpy, floats);
  second[6] = 2;
  second.insert(10, 2, '\0');  // a four-byte length
  CHECK(read_npy(scratch.write("c.npy", second)).shape == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("a file that is not a sound .npy file is refused with its name and the reason") {
  const Scratch scratch;
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
  struct Case {
    std::string bytes, reason;
  };
  const std::string floats(24, '\0');
  const Case cases[] = {
      {"", "magic"},
      {"NUMPY and more text", "magic"},
      {file_text(good, std::string(23, '\0')), "damaged"},
      {file_text(good, std::string(25, '\0')), "damaged"},
      {file_text(good).substr(0, 30), "ends within"},
      {file_text(good).substr(0, 9), "malformed"},
      {std::string("\x93NUMPY\x09", 7).append(20, '\0'), "version 9"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), "malformed"},
      {file_text("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", floats), "Fortran"},
      {file_text("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3), }", floats), "neither"},
      {file_text("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", floats), "little-endian"},
      {file_text("{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", floats), "not supported"},
      {file_text("{'descr': '<f4', 'fortran_order': False, }", floats), "needs descr"},
      {file_text("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3), }", floats),
       "dimension expected"},
      {file_text("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3", floats), "expected"},
      {file_text("{'descr': '<f4", floats), "quoted"},
      {file_text("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,6), }", floats),
       "more than 8"},
      {file_text("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 999999999999), }", floats),
       "out of range"},
      {file_text("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", floats),
       "expected"},
      {file_text("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000,), }", floats), "promises"},
  };
  for (const Case& c : cases) {
    const std::string path = scratch.write("bad.npy", c.bytes);
    const std::string text = complaint(path);
    CAPTURE(c.reason);
    CHECK(text.find(path) != std::string::npos);
    CHECK(text.find(c.reason) != std::string::npos);
  }
  CHECK(complaint(scratch.path("missing.npy")).find("existing") != std::string::npos);
  CHECK(complaint(scratch.path("")).find("existing") != std::string::npos);
}

TEST_CASE("arrays convert between types by value") {
  const Array doubles = array_of<double>(RT3D_F64, {4}, {0.5, -2.25, 1e300, 3});
  const Array floats = converted(doubles, RT3D_F32);
  CHECK(element(RT3D_F32, floats.data.data(), 0) == 0.5);
  CHECK(element(RT3D_F32, floats.data.data(), 1) == -2.25);
  CHECK(std::isinf(element(RT3D_F32, floats.data.data(), 2)));
  const Array integers = array_of<std::int64_t>(RT3D_I64, {3}, {-7, 0, 1 << 20});
  CHECK(element(RT3D_F32, converted(integers, RT3D_F32).data.data(), 2) == 1 << 20);
  CHECK(element(RT3D_BOOL, converted(integers, RT3D_BOOL).data.data(), 1) == 0);
  const Array bytes = converted(array_of<float>(RT3D_F32, {4}, {-3, 2.9f, 300, NAN}), RT3D_U8);
  CHECK(element(RT3D_U8, bytes.data.data(), 0) == 0);
  CHECK(element(RT3D_U8, bytes.data.data(), 1) == 2);
  CHECK(element(RT3D_U8, bytes.data.data(), 2) == 255);
  const Array halves = array_of<std::uint16_t>(RT3D_F16, {4}, {0x3c00, 0xc000, 0x0001, 0x7c00});
  CHECK(element(RT3D_F16, halves.data.data(), 0) == 1);
  CHECK(element(RT3D_F16, halves.data.data(), 1) == -2);
  CHECK(element(RT3D_F16, halves.data.data(), 2) == 0x1p-24);
  CHECK(std::isinf(element(RT3D_F16, halves.data.data(), 3)));
  CHECK_THROWS_AS(converted(doubles, RT3D_F16), Failure);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
