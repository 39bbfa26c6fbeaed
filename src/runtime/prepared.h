// A model made ready to run on one list of devices: what a session has one of, or, while "auto" has not decided, two.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/normal_form.h"
#include "runtime/planning/program.h"
#include "runtime/platform.h"
#include "runtime/running/executor.h"
#include "runtime/session.h"

namespace rt3d::runtime {

struct Prepared {
  // Of SessionOptions::plan_only nothing is packed and no arena there. What keeps its weights can sleep. Throws what Session's constructor
  // does.
  enum class Weights : std::uint8_t { let_go, keep };
  Prepared(const graph::Graph& model, const SessionOptions& options, Weights weights = Weights::let_go);
  // One of several plans of a model. In a session that has one for ever (Platform) the form's graph is let go of.
  Prepared(std::shared_ptr<Platform> platform, std::shared_ptr<NormalForm> form,
           const SessionOptions& options, Weights weights = Weights::let_go,
           Executor::Extent extent = Executor::Extent::all);
  // Another plan of the same model, where what is remembered by now gives one; nullptr where it is the same. Measures nothing, packs what
  // differs, on these threads or the session's, and takes memory for activations only when it runs. With threads of its own it may be made
  // while another thread runs the session.
  static std::shared_ptr<Prepared> newer_than(const Prepared& now, const SessionOptions& options,
                                              ThreadPool* packing = nullptr);

  void set_input(std::size_t index, std::span<const std::byte> bytes);
  void start();
  void wait();
  const std::byte* output(std::size_t index) const;  // nullptr where there is none

  // Lets go of packed weights, activations and code, but for the plan; and makes them again, from the weights that were kept. Asleep
  // it only describes itself.
  void sleep();
  void wake();
  void let_go_of_weights() { kept.clear(); }
  // Less than sleep(): lets go of what activations are written to, which runs take again, and of the inputs.
  void rest();
  // What wake() takes, in bytes.
  std::int64_t bytes_awake() const { return stats.packed_weight_bytes + stats.arena_bytes; }
  // The inputs of another one of the same model, which is not running.
  void take_inputs(const Prepared& other);

  std::shared_ptr<Platform> platform;
  std::shared_ptr<NormalForm> form;
  const kernels::Target& target = platform->target;
  const Devices& devices = platform->devices;
  const std::string& device_text = platform->device_text;
  const std::vector<NamedDesc>&inputs = form->inputs, &outputs = form->outputs;
  const std::string& graph_text = form->text;
  bool profile, plan_only;
  bool ran = false, started = false;
  std::vector<bool> input_set;
  std::size_t inputs_missing = 0;  // not set yet
  Program program;
  const Plan& plan = program.plan;
  std::optional<Executor> executor;
  std::vector<Constants> kept;  // by Plan::kernels, as the program had them
  std::vector<StepReport> reports;
  std::string plan_text;
  SessionStats stats;

 private:
  Prepared(const Prepared& before, Program&& made, const SessionOptions& options);
  void make_plan(const SessionOptions& options);
  void prepare(Executor::Extent extent);
  void report_steps();
  void report_peaks();
  void count(const SessionOptions& options, std::chrono::steady_clock::time_point start);
  void log_itself() const;
  void require_executable(const char* what) const;
  void require_idle(const char* what) const;
  void require_inputs() const;
};

}  // namespace rt3d::runtime
