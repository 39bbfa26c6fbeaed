#include "kernels/cl/status.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"

namespace rt3d::kernels::cl {
namespace {

struct StatusRow {
  cl_int status;
  std::string_view name;
};
#define RT3D_CL_ROW(name) \
  StatusRow { name, #name }
constexpr std::array kStatuses{RT3D_CL_ROW(CL_DEVICE_NOT_FOUND),
                               RT3D_CL_ROW(CL_DEVICE_NOT_AVAILABLE),
                               RT3D_CL_ROW(CL_COMPILER_NOT_AVAILABLE),
                               RT3D_CL_ROW(CL_MEM_OBJECT_ALLOCATION_FAILURE),
                               RT3D_CL_ROW(CL_OUT_OF_RESOURCES),
                               RT3D_CL_ROW(CL_OUT_OF_HOST_MEMORY),
                               RT3D_CL_ROW(CL_BUILD_PROGRAM_FAILURE),
                               RT3D_CL_ROW(CL_MAP_FAILURE),
                               RT3D_CL_ROW(CL_INVALID_VALUE),
                               RT3D_CL_ROW(CL_INVALID_DEVICE),
                               RT3D_CL_ROW(CL_INVALID_CONTEXT),
                               RT3D_CL_ROW(CL_INVALID_COMMAND_QUEUE),
                               RT3D_CL_ROW(CL_INVALID_HOST_PTR),
                               RT3D_CL_ROW(CL_INVALID_MEM_OBJECT),
                               RT3D_CL_ROW(CL_INVALID_IMAGE_SIZE),
                               RT3D_CL_ROW(CL_INVALID_BINARY),
                               RT3D_CL_ROW(CL_INVALID_BUILD_OPTIONS),
                               RT3D_CL_ROW(CL_INVALID_PROGRAM),
                               RT3D_CL_ROW(CL_INVALID_PROGRAM_EXECUTABLE),
                               RT3D_CL_ROW(CL_INVALID_KERNEL_NAME),
                               RT3D_CL_ROW(CL_INVALID_KERNEL),
                               RT3D_CL_ROW(CL_INVALID_ARG_INDEX),
                               RT3D_CL_ROW(CL_INVALID_ARG_VALUE),
                               RT3D_CL_ROW(CL_INVALID_ARG_SIZE),
                               RT3D_CL_ROW(CL_INVALID_KERNEL_ARGS),
                               RT3D_CL_ROW(CL_INVALID_WORK_DIMENSION),
                               RT3D_CL_ROW(CL_INVALID_WORK_GROUP_SIZE),
                               RT3D_CL_ROW(CL_INVALID_WORK_ITEM_SIZE),
                               RT3D_CL_ROW(CL_INVALID_GLOBAL_OFFSET),
                               RT3D_CL_ROW(CL_INVALID_QUEUE_PROPERTIES),
                               RT3D_CL_ROW(CL_PROFILING_INFO_NOT_AVAILABLE),
                               RT3D_CL_ROW(CL_INVALID_EVENT),
                               RT3D_CL_ROW(CL_INVALID_OPERATION),
                               RT3D_CL_ROW(CL_INVALID_BUFFER_SIZE),
                               RT3D_CL_ROW(CL_INVALID_GLOBAL_WORK_SIZE)};
#undef RT3D_CL_ROW

bool is_memory(cl_int status) {
  return status == CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL_OUT_OF_HOST_MEMORY ||
         status == CL_INVALID_BUFFER_SIZE;
}

}  // namespace

std::string status_name(cl_int status) {
  const auto row = std::find_if(kStatuses.begin(), kStatuses.end(),
                                [&](const StatusRow& r) { return r.status == status; });
  return row == kStatuses.end() ? cat(status) : std::string(row->name);
}

void check(cl_int status, const std::string& what) {
  if (status == CL_SUCCESS) return;
  fail(is_memory(status) ? Code::out_of_memory : Code::device, "OpenCL: ", what, ": ", status_name(status));
}

}  // namespace rt3d::kernels::cl
