// Builds OpenCL kernels on the first device and runs nothing: Mesa prints what its compiler made of them (bench/gpu/mesa.py).
//   compile FILE.cl OPTIONS
// A build that fails prints the driver's log and ends with status 1; without a device the status is 2.
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

int main(int argc, char** argv) {
  if (argc != 3) {
    fputs("usage: compile FILE.cl OPTIONS\n", stderr);
    return 2;
  }
  char* source = contents(argv[1]);
  if (!source) {
    perror(argv[1]);
    return 2;
  }
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
  const char* sources[] = {source};
  cl_program program = clCreateProgramWithSource(context, 1, sources, NULL, &status);
  if (status == CL_SUCCESS) status = clBuildProgram(program, 1, &device, argv[2], NULL, NULL);
  if (status != CL_SUCCESS) {
    printf("build failed (%d)\n", status);
    print_log(program, device);
    return 1;
  }
  // Mesa compiles a kernel for the GPU no later than here.
  cl_kernel kernels[64];
  cl_uint count = 0;
  status = clCreateKernelsInProgram(program, 64, kernels, &count);
  printf("kernels: %u (%d)\n", count, status);
  return status == CL_SUCCESS ? 0 : 1;
}
