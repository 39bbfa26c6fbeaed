// Builds OpenCL kernels on the first device and runs nothing: Mesa prints what its compiler made of them (bench/gpu/mesa.py).
//   compile FILE.cl OPTIONS [FILE.cl OPTIONS]...
// What belongs to a source stands between two lines, "source N begins" and "source N ends: STATUS" (0, or OpenCL's code of what failed, with the
// driver's log before it). Without a device the status is 2.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
#include <stdlib.h>

static char* contents(const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file) return NULL;
  char* text = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    const long bytes = ftell(file);
    rewind(file);
    text = bytes >= 0 ? malloc((size_t)bytes + 1) : NULL;
    if (text) text[fread(text, 1, (size_t)bytes, file)] = 0;
  }
  fclose(file);
  return text;
}

static void print_log(cl_program program, cl_device_id device) {
  size_t bytes = 0;
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes);
  char* log = malloc(bytes + 1);
  if (!log) return;
  if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, bytes, log, NULL) == CL_SUCCESS) {
    log[bytes] = 0;
    fputs(log, stdout);
  }
  free(log);
}

static cl_int build(cl_context context, cl_device_id device, const char* source, const char* options) {
  cl_int status;
  cl_program program = clCreateProgramWithSource(context, 1, &source, NULL, &status);
  if (status != CL_SUCCESS) return status;
  status = clBuildProgram(program, 1, &device, options, NULL, NULL);
  if (status != CL_SUCCESS) {
    printf("build failed (%d)\n", status);
    print_log(program, device);
    return status;
  }
  // Mesa compiles a kernel for the GPU no later than here.
  cl_kernel kernels[64];
  cl_uint count = 0;
  status = clCreateKernelsInProgram(program, 64, kernels, &count);
  printf("kernels: %u (%d)\n", count, status);
  return status;
}

int main(int argc, char** argv) {
  if (argc < 3 || argc % 2 == 0) {
    fputs("usage: compile FILE.cl OPTIONS [FILE.cl OPTIONS]...\n", stderr);
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);  // Mesa writes to stderr: both in order
  cl_platform_id platform;
  cl_device_id device;
  cl_int status = clGetPlatformIDs(1, &platform, NULL);
  if (status == CL_SUCCESS) status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL);
  cl_context context = NULL;
  if (status == CL_SUCCESS) context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
  if (status != CL_SUCCESS) {
    printf("no device (%d)\n", status);
    return 2;
  }
  char name[256] = "";
  clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, NULL);
  printf("device: %s\n", name);
  for (int i = 1; i < argc; i += 2) {
    char* source = contents(argv[i]);
    if (!source) {
      perror(argv[i]);
      return 2;
    }
    printf("source %d begins\n", i / 2);
    status = build(context, device, source, argv[i + 1]);
    printf("source %d ends: %d\n", i / 2, status);
    free(source);
  }
  return 0;
}
