// rt3d-cl-faults-test: the library with each of its faults, around a kernel that adds one, on whatever OpenCL device there is (PoCL:
// scripts/setup). It opens the library as RT3D does. Without a device it says so and ends with 77, which ctest takes for skipped.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "program.h"

namespace rt3d::cl_faults {
namespace {

int wrong = 0;
std::string folder;  // for files

void check(bool fine, const char* what, int line) {
  if (fine) return;
  ++wrong;
  std::printf("main.cpp:%d: wrong: %s\n", line, what);
}
#define CHECK(...) check(__VA_ARGS__, #__VA_ARGS__, __LINE__)

void faults(const std::string& text) { setenv("RT3D_TEST_CL_FAULTS", text.c_str(), 1); }

// Runs this program again: `work` names one of the functions below. What waitpid says of it.
int in_child(const char* work, const std::string& variable, const std::string& value) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    setenv(variable.c_str(), value.c_str(), 1);
    execl("/proc/self/exe", "rt3d-cl-faults-test", work, nullptr);
    _exit(99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}
bool ended_well(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }
bool aborted(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT; }

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Calls a function with nothing but zeros, and gives its error: no fault may need sound arguments.
template <typename Result, typename... Parameters>
cl_int error_of(Result (*function)(Parameters...)) {
  if constexpr (std::is_same_v<Result, cl_int>) {
    return function(Parameters{}...);
  } else {
    cl_int error = CL_SUCCESS;
    std::tuple<Parameters...> arguments{};
    auto& last = std::get<sizeof...(Parameters) - 1>(arguments);
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(last)>, cl_int*>)
      last = &error;
    else
      error = -6;  // of an extension's function: it can only give none
    return std::apply(function, arguments) == nullptr ? error : CL_SUCCESS;
  }
}

void every_function_fails() {
#define FAILS(name, parameters, behaviour) \
  faults(#name ":2=-7," #name ":1=-6");    \
  check(error_of(cl.name) == -6, #name, __LINE__);
  RT3D_CL_FUNCTIONS(FAILS)
#undef FAILS
  faults("clReleaseEvent:*=-9");
  for (int call = 0; call < 3; ++call) CHECK(cl.clReleaseEvent(nullptr) == -9);
}

void nth_call_fails() {
  Device d;
  faults("clCreateBuffer:2=-4");
  CHECK(d.open() == CL_SUCCESS);
  for (int round = 0; round < 2; ++round) {
    CHECK(compute(d).error == CL_MEM_OBJECT_ALLOCATION_FAILURE);  // the second buffer
    CHECK(compute(d).right());
    faults("note:again,clCreateBuffer:2=-4");  // another text: the count begins anew
  }
}

void device_is_lost() {
  Device d;
  CHECK(d.open() == CL_SUCCESS);
  faults("device_lost:3");
  CHECK(compute(d).error == CL_OUT_OF_RESOURCES);  // write, kernel, and not the read
  CHECK(cl.clFlush(d.queue) == CL_OUT_OF_RESOURCES);
  CHECK(cl.clFinish(d.queue) == CL_OUT_OF_RESOURCES);
  CHECK(error_of(cl.clEnqueueMapBuffer) == CL_OUT_OF_RESOURCES);
  CHECK(error_of(cl.clWaitForEvents) == CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  faults("device_lost:1=-2");
  CHECK(cl.clFinish(d.queue) == CL_SUCCESS);  // nothing enqueued yet
  CHECK(compute(d).error == CL_DEVICE_NOT_AVAILABLE);
  CHECK(cl.clFinish(d.queue) == CL_DEVICE_NOT_AVAILABLE);
  faults("");
  CHECK(compute(d).right());
}

void numbers_are_wrong() {
  Device d;
  CHECK(d.open() == CL_SUCCESS);
  faults("wrong_numbers");
  Sums sums = compute(d);
  CHECK(!sums.right());
  CHECK(sums.error == CL_SUCCESS);
  constexpr std::size_t kMiddle = kCount / 2;
  CHECK(sums.values[kMiddle] != static_cast<float>(kMiddle) + 1);
  sums.values[kMiddle] = static_cast<float>(kMiddle) + 1;
  CHECK(sums.right());  // all others
}

// A sleep lasts at least its time, however busy the machine is.
void calls_take_long() {
  Device d;
  CHECK(d.open() == CL_SUCCESS);
  for (const char* text : {"hang_build:30", "slow_kernels:15"}) {
    faults(text);
    const auto start = std::chrono::steady_clock::now();
    CHECK(compute(d).right());
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(30));
  }
}

void build_fails() {
  Device d;
  CHECK(d.open() == CL_SUCCESS);
  faults("build_log");
  CHECK(compute(d).error == CL_BUILD_PROGRAM_FAILURE);
  std::size_t size = 0;
  const auto info = cl.clGetProgramBuildInfo;
  CHECK(info(nullptr, d.device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size) == CL_SUCCESS);
  std::string log(size, '?');
  CHECK(info(nullptr, d.device, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr) == CL_SUCCESS);
  CHECK(log.find("error: made up") != log.npos);
  CHECK(log.back() == '\0');
  cl_build_status status = CL_BUILD_SUCCESS;
  CHECK(info(nullptr, d.device, CL_PROGRAM_BUILD_STATUS, sizeof status, &status, nullptr) == CL_SUCCESS);
  CHECK(status == CL_BUILD_ERROR);
}

void nothing_is_found() {
  cl_uint count = 7;
  faults("no_platforms");
  CHECK(cl.clGetPlatformIDs(0, nullptr, &count) == -1001);
  CHECK(count == 0);
  cl_platform_id platform = nullptr;
  faults("no_devices");
  CHECK(cl.clGetPlatformIDs(1, &platform, &count) == CL_SUCCESS);
  CHECK(count > 0);
  CHECK(cl.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count) == CL_DEVICE_NOT_FOUND);
  CHECK(count == 0);
}

void device_is_described() {
  const std::string file = folder + "/adreno.txt";
  std::ofstream(file) << "# of a phone\n\nCL_DEVICE_NAME=QUALCOMM Adreno(TM)\nCL_PLATFORM_VENDOR=QUALCOMM\n"
                         "CL_DEVICE_MAX_WORK_ITEM_SIZES=1024 0x400 64\nCL_DEVICE_MAX_COMPUTE_UNITS=3\n"
                         "CL_DEVICE_GLOBAL_MEM_SIZE=3900000000\nCL_DEVICE_IMAGE_PITCH_ALIGNMENT=error -30\n"
                         "CL_KERNEL_WORK_GROUP_SIZE=96\n";
  Device d;
  CHECK(d.open() == CL_SUCCESS);
  faults("describe:" + file);
  char text[64] = "";
  std::size_t size = 0, sizes[3] = {0, 0, 0};
  cl_uint units = 0;
  cl_ulong bytes = 0;
  CHECK(cl.clGetDeviceInfo(d.device, CL_DEVICE_NAME, sizeof text, text, &size) == CL_SUCCESS);
  CHECK(std::string(text) == "QUALCOMM Adreno(TM)");
  CHECK(size == std::strlen(text) + 1);
  CHECK(cl.clGetDeviceInfo(d.device, CL_DEVICE_NAME, 5, text, nullptr) == CL_INVALID_VALUE);  // no room
  CHECK(cl.clGetPlatformInfo(d.platform, CL_PLATFORM_VENDOR, sizeof text, text, nullptr) == CL_SUCCESS);
  CHECK(std::string(text) == "QUALCOMM");
  CHECK(cl.clGetDeviceInfo(d.device, CL_DEVICE_MAX_WORK_ITEM_SIZES, sizeof sizes, sizes, &size) ==
        CL_SUCCESS);
  CHECK(size == sizeof sizes);
  CHECK(sizes[0] == 1024 && sizes[1] == 1024 && sizes[2] == 64);
  CHECK(cl.clGetDeviceInfo(d.device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, &size) == CL_SUCCESS);
  CHECK(units == 3 && size == sizeof units);
  CHECK(cl.clGetDeviceInfo(d.device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof bytes, &bytes, nullptr) == CL_SUCCESS);
  CHECK(bytes == 3900000000u);
  CHECK(cl.clGetDeviceInfo(d.device, 0x104A, sizeof units, &units, nullptr) == CL_INVALID_VALUE);
  CHECK(cl.clGetKernelWorkGroupInfo(nullptr, d.device, CL_KERNEL_WORK_GROUP_SIZE, sizeof size, &size,
                                    nullptr) == CL_SUCCESS);
  CHECK(size == 96);
  cl_device_type type = 0;  // not in the file: the driver's
  CHECK(cl.clGetDeviceInfo(d.device, CL_DEVICE_TYPE, sizeof type, &type, nullptr) == CL_SUCCESS);
  CHECK(type != 0);
}

void binaries_fail() {
  Device d;
  CHECK(d.open() == CL_SUCCESS);
  cl_int status = 1;
  faults("");
  CHECK(compute_from_binary(d, status).right());
  CHECK(status == CL_SUCCESS);
  faults("binary_wrong");
  CHECK(compute_from_binary(d, status).error == CL_INVALID_BINARY);
  CHECK(status == CL_INVALID_BINARY);
  CHECK(aborted(in_child("binary", "RT3D_TEST_CL_FAULTS", "binary_crash")));
}

// In this process they can be asked for; the file is there when the child has ended.
void calls_are_counted() {
  const std::string file = folder + "/counts";
  faults("wrong_numbers");
  setenv("RT3D_TEST_CL_COUNTS", file.c_str(), 1);
  {
    Device d;
    CHECK(d.open() == CL_SUCCESS);
    compute(d);
    CHECK(contents(file).find("clFinish 1\n") != std::string::npos);
  }
  CHECK(contents(file).find("clReleaseContext 1\n") != std::string::npos);
  CHECK(contents(file).find("clCreateProgramWithBinary 0\n") != std::string::npos);
  CHECK(contents(file).find("faults 1\n") != std::string::npos);
  CHECK(cl.calls("clSetKernelArg") == 3);
  CHECK(cl.calls("faults") == 1);
  CHECK(cl.calls("clNothing") == -1);
  unsetenv("RT3D_TEST_CL_COUNTS");
  CHECK(cl.calls("clSetKernelArg") == 0);
  faults("");
  const std::string other = folder + "/counts of a child";
  CHECK(ended_well(in_child("platforms", "RT3D_TEST_CL_COUNTS", other)));
  CHECK(contents(other).find("clGetPlatformIDs 1\n") != std::string::npos);
}

void threads_call() {
  setenv("RT3D_TEST_CL_COUNTS", (folder + "/counts of threads").c_str(), 1);
  faults("clFlush:100=-5,clFinish:*=-5");
  std::vector<std::thread> threads;
  std::vector<int> lost(4);
  threads.reserve(lost.size());
  for (int& mine : lost)
    threads.emplace_back([&mine] {
      for (int call = 0; call < 50; ++call) mine += cl.clFlush(nullptr) == CL_OUT_OF_RESOURCES ? 1 : 0;
      cl.clFinish(nullptr);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(lost[0] + lost[1] + lost[2] + lost[3] == 1);  // the 100th, whoever made it
  CHECK(cl.calls("clFlush") == 200);
  CHECK(cl.calls("clFinish") == 4);
  unsetenv("RT3D_TEST_CL_COUNTS");
}

// A test whose fault is misspelled must not pass.
void unknown_words_end_the_process() {
  for (const char* text :
       {"wrong_number", "clFinish:0=-5", "clFinish:1", "clNothing:1=-5", "describe:/nowhere"})
    CHECK(aborted(in_child("platforms", "RT3D_TEST_CL_FAULTS", text)));
  CHECK(ended_well(in_child("no platforms", "RT3D_TEST_CL_REAL", "/nowhere/libOpenCL.so")));
}

// What children of the functions above do; they end with 0 when it went as expected.
int child(const std::string& work) {
  cl_uint count = 7;
  const cl_int error = cl.clGetPlatformIDs(0, nullptr, &count);
  if (work == "platforms") return error == CL_SUCCESS ? 0 : 1;
  if (work == "no platforms")
    return error == -1001 && count == 0 && error_of(cl.clFinish) == CL_INVALID_OPERATION ? 0 : 1;
  Device d;
  cl_int status = 0;
  return d.open() == CL_SUCCESS && compute_from_binary(d, status).right() ? 0 : 1;
}

int test_all() {
  faults("");
  {
    Device d;
    const cl_int error = d.open();
    if (error == -1001 || error == CL_DEVICE_NOT_FOUND) {
      std::printf("[skip] cl_faults: no OpenCL device here (error %d); scripts/setup installs PoCL\n", error);
      return 77;
    }
    CHECK(error == CL_SUCCESS);
    CHECK(compute(d).right());
  }
  folder = (std::filesystem::temp_directory_path() / "rt3d-cl-faults-XXXXXX").string();
  if (!mkdtemp(folder.data())) return 2;
  for (const auto test : {every_function_fails, nth_call_fails, device_is_lost, numbers_are_wrong,
                          calls_take_long, build_fails, nothing_is_found, device_is_described, binaries_fail,
                          calls_are_counted, threads_call, unknown_words_end_the_process}) {
    faults("");
    test();
  }
  std::filesystem::remove_all(folder);
  std::printf("%d checks went wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rt3d::cl_faults

// What PoCL and its compiler keep until the process ends (LeakSanitizer asks).
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libpocl\nleak:libLLVM\n";
}

int main(int count, char** values) {
  using namespace rt3d::cl_faults;
  if (!open_library()) {
    std::printf("cannot open %s with all its functions\n", RT3D_CL_FAULTS);
    return 1;
  }
  return count > 1 ? child(values[1]) : test_all();
}
