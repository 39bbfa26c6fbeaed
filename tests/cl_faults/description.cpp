#include "description.h"

#include <CL/cl_ext.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

#include "faults.h"

namespace rt3d::cl_faults {
namespace {

enum class Type { text, uint32, uint64, size, sizes };

struct Query {
  const char* name;
  cl_uint number;
  Type type;
};

// Those of OpenCL 1.2 and of phones' vendors; a bool is a cl_uint, a set of flags a cl_ulong. No handles.
#define QUERY(name, type) \
  { #name, name, Type::type }
constexpr Query kQueries[] = {
    QUERY(CL_PLATFORM_PROFILE, text),
    QUERY(CL_PLATFORM_VERSION, text),
    QUERY(CL_PLATFORM_NAME, text),
    QUERY(CL_PLATFORM_VENDOR, text),
    QUERY(CL_PLATFORM_EXTENSIONS, text),

    QUERY(CL_DEVICE_NAME, text),
    QUERY(CL_DEVICE_VENDOR, text),
    QUERY(CL_DRIVER_VERSION, text),
    QUERY(CL_DEVICE_PROFILE, text),
    QUERY(CL_DEVICE_VERSION, text),
    QUERY(CL_DEVICE_OPENCL_C_VERSION, text),
    QUERY(CL_DEVICE_EXTENSIONS, text),
    QUERY(CL_DEVICE_BUILT_IN_KERNELS, text),

    QUERY(CL_DEVICE_TYPE, uint64),
    QUERY(CL_DEVICE_VENDOR_ID, uint32),
    QUERY(CL_DEVICE_AVAILABLE, uint32),
    QUERY(CL_DEVICE_COMPILER_AVAILABLE, uint32),
    QUERY(CL_DEVICE_LINKER_AVAILABLE, uint32),
    QUERY(CL_DEVICE_ENDIAN_LITTLE, uint32),
    QUERY(CL_DEVICE_ADDRESS_BITS, uint32),
    QUERY(CL_DEVICE_MAX_COMPUTE_UNITS, uint32),
    QUERY(CL_DEVICE_MAX_CLOCK_FREQUENCY, uint32),
    QUERY(CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS, uint32),
    QUERY(CL_DEVICE_MAX_WORK_ITEM_SIZES, sizes),
    QUERY(CL_DEVICE_MAX_WORK_GROUP_SIZE, size),
    QUERY(CL_DEVICE_MAX_PARAMETER_SIZE, size),
    QUERY(CL_DEVICE_EXECUTION_CAPABILITIES, uint64),
    QUERY(CL_DEVICE_QUEUE_PROPERTIES, uint64),
    QUERY(CL_DEVICE_PROFILING_TIMER_RESOLUTION, size),
    QUERY(CL_DEVICE_PRINTF_BUFFER_SIZE, size),

    QUERY(CL_DEVICE_SINGLE_FP_CONFIG, uint64),
    QUERY(CL_DEVICE_DOUBLE_FP_CONFIG, uint64),
    QUERY(CL_DEVICE_HALF_FP_CONFIG, uint64),
    QUERY(CL_DEVICE_PREFERRED_VECTOR_WIDTH_CHAR, uint32),
    QUERY(CL_DEVICE_PREFERRED_VECTOR_WIDTH_SHORT, uint32),
    QUERY(CL_DEVICE_PREFERRED_VECTOR_WIDTH_INT, uint32),
    QUERY(CL_DEVICE_PREFERRED_VECTOR_WIDTH_LONG, uint32),
    QUERY(CL_DEVICE_PREFERRED_VECTOR_WIDTH_HALF, uint32),
    QUERY(CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT, uint32),
    QUERY(CL_DEVICE_PREFERRED_VECTOR_WIDTH_DOUBLE, uint32),
    QUERY(CL_DEVICE_NATIVE_VECTOR_WIDTH_HALF, uint32),
    QUERY(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, uint32),

    QUERY(CL_DEVICE_GLOBAL_MEM_SIZE, uint64),
    QUERY(CL_DEVICE_GLOBAL_MEM_CACHE_TYPE, uint32),
    QUERY(CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, uint64),
    QUERY(CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE, uint32),
    QUERY(CL_DEVICE_MAX_MEM_ALLOC_SIZE, uint64),
    QUERY(CL_DEVICE_MEM_BASE_ADDR_ALIGN, uint32),
    QUERY(CL_DEVICE_MIN_DATA_TYPE_ALIGN_SIZE, uint32),
    QUERY(CL_DEVICE_HOST_UNIFIED_MEMORY, uint32),
    QUERY(CL_DEVICE_ERROR_CORRECTION_SUPPORT, uint32),
    QUERY(CL_DEVICE_LOCAL_MEM_TYPE, uint32),
    QUERY(CL_DEVICE_LOCAL_MEM_SIZE, uint64),
    QUERY(CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE, uint64),
    QUERY(CL_DEVICE_MAX_CONSTANT_ARGS, uint32),

    QUERY(CL_DEVICE_IMAGE_SUPPORT, uint32),
    QUERY(CL_DEVICE_MAX_READ_IMAGE_ARGS, uint32),
    QUERY(CL_DEVICE_MAX_WRITE_IMAGE_ARGS, uint32),
    QUERY(CL_DEVICE_MAX_SAMPLERS, uint32),
    QUERY(CL_DEVICE_IMAGE2D_MAX_WIDTH, size),
    QUERY(CL_DEVICE_IMAGE2D_MAX_HEIGHT, size),
    QUERY(CL_DEVICE_IMAGE3D_MAX_WIDTH, size),
    QUERY(CL_DEVICE_IMAGE3D_MAX_HEIGHT, size),
    QUERY(CL_DEVICE_IMAGE3D_MAX_DEPTH, size),
    QUERY(CL_DEVICE_IMAGE_MAX_BUFFER_SIZE, size),
    QUERY(CL_DEVICE_IMAGE_MAX_ARRAY_SIZE, size),
    {"CL_DEVICE_IMAGE_PITCH_ALIGNMENT", 0x104A, Type::uint32},  // later versions' or extensions'
    {"CL_DEVICE_IMAGE_BASE_ADDRESS_ALIGNMENT", 0x104B, Type::uint32},
    {"CL_DEVICE_PREFERRED_WORK_GROUP_SIZE_MULTIPLE", 0x1067, Type::size},
    {"CL_DEVICE_NUMERIC_VERSION", 0x105E, Type::uint32},
    {"CL_DEVICE_EXT_MEM_PADDING_IN_BYTES_QCOM", 0x40A0, Type::size},
    {"CL_DEVICE_PAGE_SIZE_QCOM", 0x40A1, Type::size},
    {"CL_DEVICE_JOB_SLOTS_ARM", 0x41E0, Type::uint32},

    QUERY(CL_KERNEL_WORK_GROUP_SIZE, size),
    QUERY(CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE, size),
    QUERY(CL_KERNEL_LOCAL_MEM_SIZE, uint64),
    QUERY(CL_KERNEL_PRIVATE_MEM_SIZE, uint64),
};
#undef QUERY

template <typename Number>
void append(std::vector<char>& bytes, unsigned long long value) {
  const auto number = static_cast<Number>(value);
  const std::size_t end = bytes.size();
  bytes.resize(end + sizeof number);
  std::memcpy(bytes.data() + end, &number, sizeof number);
}

// Numbers with spaces between them, decimal or with 0x.
std::vector<char> bytes_of(const Query& query, const std::string& value, const std::string& line) {
  if (query.type == Type::text) return {value.c_str(), value.c_str() + value.size() + 1};
  std::vector<char> bytes;
  std::istringstream words(value);
  int count = 0;
  for (std::string word; words >> word; ++count) {
    char* end = nullptr;
    const unsigned long long number = std::strtoull(word.c_str(), &end, 0);
    if (*end != '\0' || word[0] == '-') refuse("no number: '" + word + "' in '" + line + "'");
    if (query.type == Type::uint32)
      append<cl_uint>(bytes, number);
    else if (query.type == Type::uint64)
      append<cl_ulong>(bytes, number);
    else
      append<std::size_t>(bytes, number);
  }
  if (count == 0 || (count > 1 && query.type != Type::sizes)) refuse("one number, not '" + line + "'");
  return bytes;
}

}  // namespace

cl_int give(const void* bytes, std::size_t count, std::size_t size, void* value, std::size_t* size_needed) {
  if (size_needed) *size_needed = count;
  if (value && size < count) return CL_INVALID_VALUE;
  if (value) std::memcpy(value, bytes, count);
  return CL_SUCCESS;
}

Description Description::of_file(const std::string& path) {
  Description description;
  std::ifstream in(path);
  if (!in) refuse("cannot read the description " + path);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    const std::size_t equals = line.find('=');
    const Query* query = nullptr;
    for (const Query& row : kQueries)
      if (line.substr(0, equals) == row.name) query = &row;
    if (!query || equals == line.npos) refuse("no such query: '" + line + "' in " + path);
    const std::string value = line.substr(equals + 1);
    Answer& answer = description.answers_[query->number];
    if (value.starts_with("error "))
      answer.error = std::atoi(value.c_str() + 6);
    else
      answer.bytes = bytes_of(*query, value, line);
  }
  return description;
}

bool Description::answers(cl_uint query, std::size_t size, void* value, std::size_t* size_needed,
                          cl_int& status) const {
  const auto found = answers_.find(query);
  if (found == answers_.end()) return false;
  const Answer& answer = found->second;
  status = answer.error != CL_SUCCESS
               ? answer.error
               : give(answer.bytes.data(), answer.bytes.size(), size, value, size_needed);
  return true;
}

}  // namespace rt3d::cl_faults
