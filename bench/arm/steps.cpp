// Runs the steps of a model's plan for a phone one by one, so that an emulator can count what each executes:
//   rt3d-arm-steps MODEL PLAN [exact|standard|half] [THREADS] [SECONDS] [PATTERN]
// The plan is what a session on that phone would start with: no tuning, no database, THREADS threads (4), the caches of a
// Snapdragon 865's Cortex-A77. One thread computes it. Steps with the same problem, schedule and layouts run once; a step is
// broken off after SECONDS of processor time (0: never), and PATTERN leaves out steps whose name, problem or family does not contain it. Marks around each step are for count_plugin.c: system calls that do not exist. PLAN is a file
// written for report.py: one line per step with tabs between its fields, the steps that were broken off, the addresses of the generated code (RT3D_PERF=map).
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "graph/model.h"
#include "jit/winograd/linear_program.h"
#include "kernels/conv_shape.h"
#include "kernels/winograd_weights.h"
#include "runtime/devices/devices.h"
#include "runtime/planning/node_problem.h"
#include "runtime/planning/planner.h"
#include "runtime/running/executor.h"
#include "runtime/running/onnx_compute.h"

namespace {

using namespace rt3d;
using kernels::ConvShape;
using kernels::Problem;
using runtime::Plan;
using runtime::Step;

constexpr long kMark = 0x52543344, kBegin = 1, kEnd = 2;

void mark(long what, std::size_t step) { syscall(kMark, what, step); }

// Sums the kernel positions that meet the input over all output positions of one dimension.
std::int64_t met(std::int64_t outputs, std::int64_t stride, std::int64_t pad, std::int64_t dilation,
                 std::int64_t kernel, std::int64_t size) {
  std::int64_t sum = 0;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const kernels::Taps taps = kernels::valid_taps(o, stride, pad, dilation, kernel, size);
    sum += taps.last - taps.first;
  }
  return sum;
}

// Multiply-accumulates of a convolution without the kernel planes and rows that lie outside the input; others: all.
std::int64_t needed_macs(const Problem& p) {
  if (p.op != "Conv") return kernels::multiply_accumulates(p);
  const ConvShape s = kernels::conv_shape(p);
  return s.n * s.oc * (s.ic / s.g) * met(s.od, s.sd, s.pd, s.dd, s.kd, s.id) *
         met(s.oh, s.sh, s.ph, s.dh, s.kh, s.ih) * s.ow * s.kw;
}

// The tiles along one axis: the inputs that they read inside the image, and FMLAs to transform one vector of each.
struct TileLine {
  std::int64_t count, read = 0, fmlas = 0, output_fmlas;

  TileLine(const kernels::WinogradTransform& t, std::int64_t out, std::int64_t stride, std::int64_t pad,
           std::int64_t in)
      : count((out + t.m - 1) / t.m), output_fmlas(fmlas_of(t.output, 0, t.n)) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t start = i * t.m * stride - pad;
      const auto first = static_cast<int>(std::clamp<std::int64_t>(-start, 0, t.span)),
                 last = static_cast<int>(std::clamp<std::int64_t>(in - start, first, t.span));
      read += last - first;
      fmlas += fmlas_of(t.input, first, last);
    }
  }

  // Outputs share what they can; inputs outside [first, last) are zero.
  static std::int64_t fmlas_of(const kernels::LinearMap& map, int first, int last) {
    std::vector<int> all(static_cast<std::size_t>(map.outputs));
    std::iota(all.begin(), all.end(), 0);
    const jit::LinearProgram program(map, all, first, last);
    return std::count_if(program.ops().begin(), program.ops().end(),
                         [](const jit::LinearOp& op) { return op.kind == jit::LinearOp::fma; });
  }
};

// FMLAs that the transforms of a Winograd family cannot do without: of each frame, tile and point once, tiles that overhang whole.
std::int64_t transform_fmlas(const Problem& p, std::string_view family) {
  const std::size_t name = family.find("winograd");
  if (name == std::string_view::npos) return 0;
  const std::size_t first = family.find('.', name) + 1;
  const auto tile = find_winograd_tile(family.substr(first, family.find('.', first) - first));
  if (!tile) return 0;
  const ConvShape s = kernels::conv_shape(p);
  const kernels::WinogradTransform &time = kernels::time_transform(s, *tile),
                                   &space = kernels::space_transform(s, *tile);
  const std::int64_t in = kernels::blocks(s.ic, 4), out = kernels::blocks(s.oc, 4);
  std::int64_t tiles = s.oh * s.ow, points = 1, sum = 0;
  if (tile->s > 1) {  // rows, then columns
    const TileLine y(space, s.oh, s.sh, s.ph, s.ih), x(space, s.ow, s.sw, s.pw, s.iw);
    tiles = y.count * x.count;
    points = std::int64_t{space.n} * space.n;
    sum += in * s.id * (y.fmlas * x.read + y.count * space.n * x.fmlas) +
           out * s.od * tiles * (space.n * y.output_fmlas + space.m * x.output_fmlas);
  }
  if (tile->t > 1) {
    const TileLine depth(time, s.od, s.sd, s.pd, s.id);
    sum += points * tiles * (in * depth.fmlas + out * depth.count * depth.output_fmlas);
  }
  return s.n * sum;
}

std::string layouts(const Step& step) {
  std::string text;
  for (const runtime::Location& l : step.inputs) text += runtime::layout_text(l.placement) + " ";
  for (const runtime::Location& l : step.outputs) text += "-> " + runtime::layout_text(l.placement);
  return text;
}

struct Description {
  std::string text;  // what decides the code that runs
  std::string line;
  std::size_t same_as;
};

Description describe(const Plan& plan, std::size_t index, std::map<std::string, std::size_t>& seen) {
  const Step& step = plan.steps[index];
  const runtime::Choice& choice = plan.choice_of(step);
  const std::string family(choice.family->id());
  Description d;
  d.text = cat(choice.text, "\t", family, "\t", choice.schedule.text(), "\t", layouts(step));
  d.same_as = seen.emplace(d.text, index).first->second;
  d.line = cat("step\t", index, "\t", d.same_as, "\t", step.name, "\t",
               kernels::multiply_accumulates(choice.problem), "\t", needed_macs(choice.problem), "\t",
               transform_fmlas(choice.problem, family), "\t", d.text);
  return d;
}

kernels::Target phone(std::string_view accuracy, int threads) {
  kernels::Target target;
  target.device = device_with(Isa::neon);
  target.device.name = "Snapdragon 865";
  target.device.cores = 4;
  target.device.l1d_bytes = 64 << 10;
  target.device.l2_bytes = 256 << 10;
  target.device.l3_bytes = 4 << 20;
  target.threads = threads;
  target.device.features = {.fp16 = true, .dotprod = true};
  target.accuracy = accuracy == "exact"  ? kernels::Accuracy::exact
                    : accuracy == "half" ? kernels::Accuracy::half
                                         : kernels::Accuracy::standard;
  return target;
}

sigjmp_buf broken_off;

// Whether the step ran to its end within `seconds` of processor time. What it is broken off in owns nothing: run_step allocates
// nothing, and one thread takes no locks.
bool run_for(runtime::Executor& executor, std::size_t step, int seconds) {
  if (sigsetjmp(broken_off, 1) != 0) return false;
  const auto limit = [](int s) {
    const itimerval timer{{0, 0}, {s, 0}};
    setitimer(ITIMER_VIRTUAL, &timer, nullptr);
  };
  signal(SIGVTALRM, [](int) { siglongjmp(broken_off, 1); });
  limit(seconds);
  executor.run_step(step);
  limit(0);
  return true;
}

void copy_code_map(std::ofstream& to) {
  const std::string path = cat("/tmp/perf-", getpid(), ".map");
  std::ifstream from(path);
  for (std::string line; std::getline(from, line);) to << "code\t" << line << "\n";
  unlink(path.c_str());
}

struct Request {
  const char *model = "", *plan = "";
  std::string_view accuracy = "standard", pattern;
  int threads = 4, seconds = 0;
};

void run(const Request& request) {
  const graph::Evaluator evaluate = runtime::reference_evaluator();
  graph::Graph graph = graph::load_onnx(request.model);
  graph::specialize(graph, {}, evaluate);
  graph::optimize(graph, evaluate);
  const kernels::Target target = phone(request.accuracy, request.threads);
  runtime::TuningOptions tuning;
  tuning.limit_ms = 0;
  ThreadPool pool(1);
  const runtime::Devices devices("cpu", target, pool);
  tuner::TuningDb db("");
  runtime::Program program = runtime::make_program(graph, {devices, tuning, db});
  const Plan& plan = program.plan;
  graph = {};
  std::ofstream out(request.plan);
  std::map<std::string, std::size_t> seen;
  std::vector<Description> steps;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    steps.push_back(describe(plan, i, seen));
    out << steps.back().line << "\n";
  }
  runtime::Executor executor(program, devices);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (steps[i].same_as != i || steps[i].line.find(request.pattern) == std::string::npos) continue;
    std::fprintf(stderr, "step %zu of %zu: %s\n", i + 1, plan.steps.size(), plan.steps[i].name.c_str());
    mark(kBegin, i);
    const bool whole = run_for(executor, i, request.seconds);
    mark(kEnd, i);
    if (!whole) out << "broken-off\t" << i << "\n";
  }
  copy_code_map(out);
  if (!out.flush()) fail(Code::io, "cannot write ", request.plan);
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  if (argc > 1) request.model = argv[1];
  if (argc > 2) request.plan = argv[2];
  if (argc > 3) request.accuracy = argv[3];
  if (argc > 4) std::from_chars(argv[4], argv[4] + std::strlen(argv[4]), request.threads);
  if (argc > 5) std::from_chars(argv[5], argv[5] + std::strlen(argv[5]), request.seconds);
  if (argc > 6) request.pattern = argv[6];
  const bool known =
      request.accuracy == "exact" || request.accuracy == "standard" || request.accuracy == "half";
  if (argc < 3 || argc > 7 || !known || request.threads < 1 || request.threads > 64) {
    std::fputs("usage: rt3d-arm-steps MODEL PLAN [exact|standard|half] [THREADS] [SECONDS] [PATTERN]\n",
               stderr);
    return 2;
  }
  try {
    run(request);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rt3d-arm-steps: %s\n", error.what());
    return 1;
  }
}
