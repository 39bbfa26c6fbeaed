#include "cl/small_session.h"

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "graph/model.h"
#include "runtime/planned_graph.h"

#ifndef RT3D_CL_FAULTS  // cross-built, where no OpenCL device runs what follows
#define RT3D_CL_FAULTS ""
#endif

namespace rt3d::tests {
namespace {

const char* const kNet =
    "graph \"net\"\n"
    "input x f32 1x3x2x6x6\n"
    "const w1 f32 8x3x3x3x3\nconst b1 f32 8\n"
    "a f32 1x8x2x6x6 = Conv(x, w1, b1) \"stem\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "r f32 1x8x2x6x6 = Relu(a)\n"
    "p f32 1x8x1x3x3 = MaxPool(r) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x0x0x0\n"
    "g f32 1x8x1x1x1 = GlobalAveragePool(p)\n"
    "f f32 1x8 = Flatten(g) axis=1\n"
    "const w2 f32 5x8\nconst b2 f32 5\n"
    "y f32 1x5 = Gemm(f, w2, b2) \"classifier\" transB=1\n"
    "output y\n";

const std::vector<float>& right() {
  static const std::vector<float> values = outcome(session_options("reference")).values;
  return values;
}

}  // namespace

const graph::Graph& small_net() {
  static const graph::Graph model = graph::parse_graph(kNet);
  return model;
}

std::vector<Tensor> small_inputs() { return test::random_inputs(small_net(), 1); }

runtime::SessionOptions session_options(const char* device) {
  runtime::SessionOptions options;
  options.device = device;
  options.threads = 1;
  options.tuning.mode = tuner::Mode::off;
  options.accuracy = kernels::Accuracy::exact;  // what is compared are runs that went wrong, not halves
  return options;
}

Outcome outcome(const runtime::SessionOptions& options) {
  Outcome out;
  try {
    runtime::Session session(small_net(), options);
    session.set_input(0, small_inputs()[0].bytes());
    session.run();
    const auto* y = reinterpret_cast<const float*>(session.output(0));
    out.values.assign(y, y + session.outputs()[0].desc.shape.elements());
    out.steps = session.steps();
  } catch (const Error& error) {
    out.code = error.code();
    out.text = error.what();
  }
  return out;
}

bool is_right(const Outcome& out) {
  if (out.code || out.values.size() != right().size()) return false;
  for (std::size_t i = 0; i < right().size(); ++i)
    if (!(std::abs(out.values[i] - right()[i]) <= 1e-5F * (1 + std::abs(right()[i])))) return false;
  return true;
}

FaultLibrary::FaultLibrary()
    : library_("RT3D_OPENCL_LIBRARY", RT3D_CL_FAULTS), none_("RT3D_TEST_CL_FAULTS", "") {}

const char* FaultLibrary::file() { return RT3D_CL_FAULTS; }

long fault_calls(const char* function) {
  void* library = dlopen(RT3D_CL_FAULTS, RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) FAIL("the library of faults was not opened");
  const auto ask = reinterpret_cast<long (*)(const char*)>(dlsym(library, "rt3d_cl_faults_calls"));
  dlclose(library);
  if (ask == nullptr) FAIL("the library of faults counts nothing");
  return ask(function);
}

}  // namespace rt3d::tests
