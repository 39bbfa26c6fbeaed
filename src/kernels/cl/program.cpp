#include "kernels/cl/program.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/env.h"
#include "base/error.h"
#include "kernels/cl/status.h"

namespace rt3d::kernels::cl {
namespace {

std::string build_log(const ClDevice& device, cl_program program) {
  std::size_t bytes = 0;
  if (device.api->GetProgramBuildInfo(program, device.id, CL_PROGRAM_BUILD_LOG, 0, nullptr, &bytes) !=
      CL_SUCCESS)
    return {};
  std::string log(bytes, '\0');
  if (device.api->GetProgramBuildInfo(program, device.id, CL_PROGRAM_BUILD_LOG, bytes, log.data(), nullptr) !=
      CL_SUCCESS)
    return {};
  while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
  return log;
}

// One name for the files of a program: kernel and checksum of what is compiled.
std::string dump_name(const KernelCode& code, const std::string& options) {
  return cat(code.kernel, "-", checksum64(cat(code.whole_text(), options)));
}

}  // namespace

// Not -cl-finite-math-only nor -cl-fast-relaxed-math: what is no number stays none (docs/accuracy.md).
std::string build_options(const KernelCode& code, const Accelerator& description) {
  return cat("-cl-std=CL1.2 -cl-mad-enable -cl-denorms-are-zero ",
             description.halves ? "-DHAS_HALVES=1 " : "", code.options);
}

Handle<cl_program> build_program(const ClDevice& device, cl_context context, const KernelCode& code) {
  const Api& api = *device.api;
  const std::string text = code.whole_text(), options = build_options(code, device.description);
  const char* lines = text.c_str();
  const std::size_t bytes = text.size();
  cl_int status = CL_SUCCESS;
  Handle program(api.CreateProgramWithSource(context, 1, &lines, &bytes, &status), api.ReleaseProgram);
  check(status, "making a program of " + code.kernel);
  status = api.BuildProgram(program.get(), 1, &device.id, options.c_str(), nullptr, nullptr);
  const std::string log = status == CL_SUCCESS && !dump_enabled() ? "" : build_log(device, program.get());
  if (dump_enabled()) {
    dump_source(device, code);
    if (!log.empty()) dump_text(dump_name(code, options) + ".log", log);
  }
  if (status != CL_SUCCESS)
    fail(Code::device, "OpenCL: the driver of ", device.description.name, " does not compile ", code.kernel,
         " (", status_name(status), "): ", log.substr(0, 500));
  return program;
}

void dump_source(const ClDevice& device, const KernelCode& code) {
  if (!dump_enabled()) return;
  const std::string options = build_options(code, device.description);
  dump_text(dump_name(code, options) + ".cl", cat("// ", options, "\n", code.whole_text()));
}

void dump_binary(const ClDevice& device, cl_program program, const KernelCode& code) {
  if (!dump_enabled()) return;
  const Bytes binary = binary_of(*device.api, program);
  if (!binary.empty())
    dump_text(dump_name(code, build_options(code, device.description)) + ".bin",
              {reinterpret_cast<const char*>(binary.data()), binary.size()});
}

Bytes binary_of(const Api& api, cl_program program) {
  std::size_t bytes = 0;
  if (api.GetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof bytes, &bytes, nullptr) != CL_SUCCESS ||
      bytes == 0)
    return {};
  Bytes binary(bytes);
  auto* data = reinterpret_cast<unsigned char*>(binary.data());
  if (api.GetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof data, &data, nullptr) != CL_SUCCESS) return {};
  return binary;
}

}  // namespace rt3d::kernels::cl
