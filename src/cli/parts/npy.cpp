#include "cli/parts/npy.h"

#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>

#include "cli/parts/failure.h"
#include "cli/parts/npy_header.h"
#include "cli/parts/unreadable.h"

namespace rt3d::cli {
namespace {

constexpr std::int64_t kMaxElements = std::int64_t{1} << 33;

struct DtypeRow {
  rt3d_dtype dtype;
  const char* name;
  std::size_t bytes;
  const char* descr;  // NumPy's
};
constexpr DtypeRow kDtypes[] = {
    {RT3D_F32, "f32", 4, "<f4"}, {RT3D_F64, "f64", 8, "<f8"},   {RT3D_F16, "f16", 2, "<f2"},
    {RT3D_I64, "i64", 8, "<i8"}, {RT3D_I32, "i32", 4, "<i4"},   {RT3D_I8, "i8", 1, "|i1"},
    {RT3D_U8, "u8", 1, "|u1"},   {RT3D_BOOL, "bool", 1, "|b1"},
};

const DtypeRow& row(rt3d_dtype dtype) {
  for (const DtypeRow& r : kDtypes) {
    if (r.dtype == dtype) return r;
  }
  throw Failure(join("data type ", static_cast<int>(dtype), " is not known to this command"));
}

rt3d_dtype dtype_of(const std::string& descr, const std::filesystem::path& path) {
  for (const DtypeRow& r : kDtypes) {
    const std::string_view known = r.descr;
    const bool same_kind = descr.size() == known.size() && descr.substr(1) == known.substr(1);
    const bool native =
        !descr.empty() && (descr[0] == known[0] || descr[0] == '=' || (r.bytes == 1 && descr[0] == '<'));
    if (same_kind && native) return r.dtype;
  }
  throw Failure(join(path.string(), ": elements of type '", descr,
                     "' are not supported: save float32, float64, float16, int64, int32, int8, uint8 or "
                     "bool, little-endian"));
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const int exponent = (half >> 10) & 31;
  const std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {
    const float value = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 255u : static_cast<std::uint32_t>(exponent + 112);
  const std::uint32_t bits = sign | wide << 23 | mantissa << 13;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T>
T load(const void* data, std::int64_t index) {
  T value;
  std::memcpy(&value, static_cast<const char*>(data) + index * static_cast<std::int64_t>(sizeof(T)),
              sizeof value);
  return value;
}

template <typename T>
T from_number(double value) {
  if constexpr (std::is_integral_v<T>) {
    constexpr double low = static_cast<double>(std::numeric_limits<T>::min());
    constexpr double high = static_cast<double>(std::numeric_limits<T>::max());
    if (!(value > low)) return std::numeric_limits<T>::min();
    if (value >= high) return std::numeric_limits<T>::max();
  }
  return static_cast<T>(value);
}

template <typename T>
void fill(Array& to, const Array& from) {
  const std::int64_t count = element_count(from.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    const T value = from_number<T>(element(from.dtype, from.data.data(), i));
    std::memcpy(to.data.data() + static_cast<std::size_t>(i) * sizeof(T), &value, sizeof value);
  }
}

}  // namespace

std::size_t dtype_bytes(rt3d_dtype dtype) { return row(dtype).bytes; }
const char* dtype_name(rt3d_dtype dtype) { return row(dtype).name; }

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0 || (size > 0 && count > kMaxElements / size))
      throw Failure(join("a dimension of ", size, " is out of range"));
    count *= size;
  }
  return count;
}

Array read_npy(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (const std::string why = why_unreadable(path); !why.empty())
    throw Failure(join("cannot read ", path.string(), ": ", why, ": give an existing .npy file"));
  const NpyHeader header = read_npy_header(in, path);
  Array array;
  array.dtype = dtype_of(header.descr, path);
  array.shape = header.shape;
  std::int64_t count = 0;
  try {
    count = element_count(array.shape);
  } catch (const Failure& error) {
    throw Failure(join(path.string(), ": ", error.what()));
  }
  const std::uint64_t wanted = static_cast<std::uint64_t>(count) * dtype_bytes(array.dtype);
  const std::uint64_t present = std::filesystem::file_size(path) - static_cast<std::uint64_t>(in.tellg());
  if (present != wanted) {
    throw Failure(join(path.string(), ": the header promises ", wanted, " bytes of elements, but ", present,
                       " follow: the file is damaged"));
  }
  array.data.resize(wanted);
  if (!in.read(reinterpret_cast<char*>(array.data.data()), static_cast<std::streamsize>(wanted))) {
    throw Failure(join("cannot read ", wanted, " bytes of elements from ", path.string()));
  }
  return array;
}

void write_npy(const std::filesystem::path& path, rt3d_dtype dtype, const std::vector<std::int64_t>& shape,
               const void* data) {
  std::ofstream out(path, std::ios::binary);
  const std::string header = npy_header_text(row(dtype).descr, shape);
  out.write(header.data(), static_cast<std::streamsize>(header.size()));
  const std::size_t bytes = static_cast<std::size_t>(element_count(shape)) * dtype_bytes(dtype);
  out.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  out.close();
  if (!out)
    throw Failure(join("cannot write ", path.string(), ": check that the folder exists and has room"));
}

double element(rt3d_dtype dtype, const void* data, std::int64_t index) {
  switch (dtype) {
    case RT3D_F32: return static_cast<double>(load<float>(data, index));
    case RT3D_F64: return load<double>(data, index);
    case RT3D_F16: return static_cast<double>(half_to_float(load<std::uint16_t>(data, index)));
    case RT3D_I64: return static_cast<double>(load<std::int64_t>(data, index));
    case RT3D_I32: return load<std::int32_t>(data, index);
    case RT3D_I8: return load<std::int8_t>(data, index);
    case RT3D_U8: return load<std::uint8_t>(data, index);
    case RT3D_BOOL: return load<std::uint8_t>(data, index) != 0;
  }
  return 0;
}

Array converted(const Array& array, rt3d_dtype dtype) {
  if (array.dtype == dtype) return array;
  Array result{dtype, array.shape, {}};
  result.data.resize(static_cast<std::size_t>(element_count(array.shape)) * dtype_bytes(dtype));
  switch (dtype) {
    case RT3D_F32: fill<float>(result, array); break;
    case RT3D_F64: fill<double>(result, array); break;
    case RT3D_F16:
      throw Failure(join("cannot convert ", dtype_name(array.dtype), " to f16: save the array as float16"));
    case RT3D_I64: fill<std::int64_t>(result, array); break;
    case RT3D_I32: fill<std::int32_t>(result, array); break;
    case RT3D_I8: fill<std::int8_t>(result, array); break;
    case RT3D_U8: fill<std::uint8_t>(result, array); break;
    case RT3D_BOOL: fill<bool>(result, array); break;
  }
  return result;
}

}  // namespace rt3d::cli
