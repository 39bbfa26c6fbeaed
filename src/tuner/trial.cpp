#include "tuner/trial.h"

#include "tuner/turns.h"

namespace rt3d::tuner {
namespace {

using kernels::Placement;

OperandLayout laid_out(const Shape& shape, const kernels::Port& port) {
  return {Placement::of(shape, port), port.dtype};
}

std::vector<Placement> placements(const std::vector<OperandLayout>& layouts) {
  std::vector<Placement> placements;
  placements.reserve(layouts.size());
  for (const OperandLayout& layout : layouts) placements.push_back(layout.placement);
  return placements;
}

}  // namespace

std::chrono::steady_clock::time_point now(const TuneRequest& request) {
  return request.now ? request.now() : std::chrono::steady_clock::now();
}

Trial::Trial(const TuneRequest& request, BenchData& data, const Candidate& candidate)
    : request_(request), data_(data) {
  const kernels::Problem& problem = request.problem;
  const kernels::Ports ports = candidate.family->ports(problem, request.engine.target());
  const auto port = [](const std::vector<kernels::Port>& list, std::size_t i) {
    return i < list.size() ? list[i] : kernels::Port{};
  };
  for (std::size_t i = 0; i < problem.inputs.size(); ++i) {
    const bool placed = !problem.inputs[i].absent && !problem.inputs[i].constant;
    in_.push_back(placed ? laid_out(problem.input_shape(i), port(ports.inputs, i)) : OperandLayout());
  }
  for (std::size_t i = 0; i < problem.outputs.size(); ++i)
    out_.push_back(laid_out(problem.outputs[i].shape, port(ports.outputs, i)));
  inputs_.resize(in_.size());
  outputs_.resize(out_.size());
  kernel_ = candidate.family->compile({.problem = problem,
                                       .schedule = candidate.schedule,
                                       .target = request.engine.target(),
                                       .inputs = placements(in_),
                                       .outputs = placements(out_),
                                       .engine = &request.engine});
  traits_ = candidate.family->traits();
  work_ = candidate.family->least_work(problem, candidate.schedule, request.engine.target());
}

void Trial::prepare() {
  data_.reserve(in_, out_, kernel_->scratch_bytes());
  kernel_->prepare(data_.constants(),
                   request_.turns != nullptr ? request_.turns->own_threads() : request_.engine.pool());
}

bool Trial::possible(double ns) const {
  return request_.machine == nullptr ? ns > 0 : request_.machine->possible(work_, ns);
}

double Trial::run(int runs) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) inputs_[i] = data_.input(i, in_[i]);
  for (std::size_t i = 0; i < outputs_.size(); ++i) outputs_[i] = data_.output(i, out_[i]);
  const auto start = now(request_);
  kernels::Engine& engine = request_.engine;
  for (int i = 0; i < runs; ++i)
    engine.run(*kernel_, {inputs_, outputs_, data_.scratch(), engine.pool()}, engine.target().threads);
  engine.finish();
  return std::chrono::duration<double, std::nano>(now(request_) - start).count() / runs;
}

void Trial::begin_check() { data_.begin_check(in_, out_, kernel_->scratch_bytes()); }

std::string Trial::check(double& ns) {
  ns = run();
  const std::string trouble = data_.check_guards();
  return trouble.empty() ? data_.compare(out_[0], traits_) : trouble;
}

}  // namespace rt3d::tuner
