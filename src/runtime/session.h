// Session: a model specialised to its input shapes, optimised, planned and prepared, ready to run. Serves one thread at a time;
// sessions share nothing but the model, which none of them changes.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "graph/graph.h"
#include "runtime/choosing/choice.h"
#include "runtime/choosing/prospects.h"
#include "runtime/weights/step_sparsity.h"

namespace rt3d::runtime {

struct LaterTuningState;

// Of tuning by a thread of the session's own.
struct BackgroundOptions {
  std::chrono::nanoseconds slice =
      std::chrono::milliseconds(5);  // that a run may have to wait for; ten times that where none does
  double share = 0.2;                // of the time, at most
  // Called by that thread: there is a better plan, or tuning has ended. May be empty.
  std::function<void(const LaterTuningState&)> changed = {};
};

struct SessionOptions {
  std::string device = "cpu";  // Devices' names
  std::optional<Isa> isa;      // absent: the best this CPU has
  int threads = 0;             // 0: all usable cores
  TuningOptions tuning;
  std::filesystem::path database;             // empty: none, nothing is kept
  std::shared_ptr<const tuner::Seeds> seeds;  // rows that came along; nullptr: none
  std::string
      database_note;  // why there is none, where one was wanted: then what is measured counts as not stored
  std::int64_t memory_limit = 0;  // in bytes, for activations; 0: all of this machine's memory
  kernels::Accuracy accuracy = kernels::Accuracy::standard;
  std::int64_t weight_limit = 0;  // in bytes, for packed weights; 0: PlanRequest's default
  bool profile = false;
  bool plan_only = false;  // nothing is packed and no arena allocated; set_input() and run() throw
  std::map<std::string, Shape> input_shapes;

  // Whether the session may get another plan than its first: it then keeps its graph, hence the model's weights, and its database.
  bool plan_can_change() const { return tune_later || shapes_kept > 0; }
  int shapes_kept =
      0;  // input shapes whose plans are kept, the current one among them; 0: reshape() is refused
  bool tune_later = false;          // nothing is measured when it is created; tune() does
  bool tune_in_background = false;  // with tune_later: a thread does, and tune() is refused
  BackgroundOptions background;
};

struct SessionStats {
  std::int64_t create_ns = 0, optimize_ns = 0, detect_ns = 0, tune_ns = 0, prepare_ns = 0;
  int problems = 0, from_database = 0, tuned = 0, estimated = 0, measurements = 0;
  std::int64_t macs = 0, unpruned_macs = 0, kept_macs = 0, arena_bytes = 0, tensor_bytes = 0;
  std::int64_t packed_weight_bytes = 0, model_weight_bytes = 0, code_bytes = 0;
  std::int64_t device_arena_bytes = 0,
               device_weight_bytes = 0;  // of arena and packed weights what lies in a device's memory
  std::int64_t predicted_ns = 0;    // of a run, by what is remembered, measured and estimated of its layers
  std::int64_t fallback_bytes = 0;  // under "auto": what the CPU's plan takes when the device is lost
  int rows_not_stored = 0;          // measured, but not in the database's file
  std::string database_note;        // what is wrong with that file; "" when nothing is
};

// Of tuning behind the session's creation.
struct LaterTuningState {
  bool finished = false;   // nothing is left to measure, or the callback said that it is enough
  int problems_tuned = 0;  // so far; each counts once in quick and once in full tuning
  double share = 0;        // that is tuned, by what problems are estimated to take in a run
  std::int64_t spent_ns = 0;
  double estimated_ns = 0;  // of a run, in what was measured so far: with the best estimates …
  double fastest_ns = 0;    // … and with the fastest that were found
  int plans = 0;            // that runs have taken
  bool plan_waits = false;  // for the next run
  bool resting = true;      // nothing is measured now, nor will be unless the session is told to
  std::string error;        // that ended it; "": none
};

struct NamedDesc {
  std::string name;
  TensorDesc desc;
};

struct StepReport : StepSparsity {
  std::string name, problem, family, schedule, source;
  std::int64_t macs = 0, useful_macs = 0, executed_macs = 0;
  double device_gflops =
      0;  // what the accelerator that computes it was measured to do; 0: this CPU computes it
};

class Session {
 public:
  // Throws invalid_argument for wrong options, what graph passes and choose() throw, out_of_memory and std::bad_alloc.
  Session(const graph::Graph& model, const SessionOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const std::vector<NamedDesc>& inputs() const;
  const std::vector<NamedDesc>& outputs() const;
  void set_input(std::size_t index,
                 std::span<const std::byte> bytes);  // throws invalid_argument for a wrong index or size
  // start() and wait(); allocates nothing; throws invalid_argument naming an input that was never set.
  void run();
  // Between the two a device computes and the host is free: set_input(), run() and start() throw busy then. wait() without a start()
  // throws invalid_argument.
  void start();
  void wait();
  // Of a session with SessionOptions::tune_later, between runs: measures for about so long, late by one step (tuner::ProblemTuning) or one plan at the most.
  // A better plan is taken at the start of the next run. Returns whether nothing is left to do. Throws cancelled when the callback says so;
  // a later call goes on.
  bool tune(std::chrono::nanoseconds at_most);
  LaterTuningState tuning_state() const;
  // Of a session with SessionOptions::tune_later: what the database knows of each layer now, and what tuning would still bring. Throws
  // invalid_argument for others.
  std::vector<LayerProspect> prospects() const;
  // Of one with SessionOptions::tune_in_background, from any thread at any time: whether its thread may measure, from the next chance on. Throws
  // invalid_argument where there is no such thread.
  void allow_tuning(bool allowed);

  // Of a session with SessionOptions::shapes_kept, between runs: other shapes of inputs, by name; those that are not named stay. Prepares the
  // model for them, as creation does, unless that is kept, and throws what it does: then nothing has changed. Inputs are to be set again.
  void reshape(const std::map<std::string, Shape>& input_shapes);

  // nullptr before the end of the first run, and after one that failed.
  const std::byte* output(std::size_t index) const;
  std::int64_t nonfinite_outputs() const;  // of the last run; reads all outputs

  const std::string& device_text() const;  // Devices::text(); of "auto" with what was chosen, and why
  const SessionStats& stats() const;
  // The same, with what has become of the database since the session was created, where it is tuned later.
  const SessionStats& stats_by_now() const;
  const std::vector<StepReport>& steps() const;
  // In the last run; 0 without profile. The gap: while the device's queue had nothing to do, before the step's kernels and between them.
  std::int64_t step_ns(std::size_t index) const;
  std::int64_t step_gap_ns(std::size_t index) const;
  const std::string& plan_text() const;  // made when it is first asked for
  const std::string& graph_text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rt3d::runtime
