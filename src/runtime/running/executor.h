// A program made ready to run: kernels with their packed constants, the arena, and the address of every operand. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "runtime/devices/devices.h"
#include "runtime/planning/program.h"

namespace rt3d::runtime {

class Executor {
 public:
  // Prepares the kernels and lets go of their constants, so that only packed copies stay. Program and devices must live as long as the
  // executor. Of Extent::plan no constant is packed and no arena there: nothing may be run, and no address be asked for. With
  // Extent::untouched the arena takes memory only as runs write it: a plan that waits for its turn needs none beside the one that runs.
  enum class Extent { all, untouched, plan };
  Executor(Program& program, const Devices& devices, Extent extent = Extent::all);
  ~Executor();  // waits for what devices still compute
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  void run();  // start() and wait(); allocates nothing
  // Tells a device all that it has to do, and returns; what this CPU has to do before the device's last step is done first. A plan of this
  // CPU alone is computed at once.
  void start();
  void wait();  // the steps behind the device's last one: copies to the host, mostly
  // Makes what run_measured() takes times with.
  void prepare_to_measure();
  // run() that takes the time of every step: on a device with a queue by its own clock, and without waiting between steps; else by the host's.
  void run_measured();
  void run_step(std::size_t step);  // one alone, on whatever its inputs hold

  // What the host's activations take, until they are written again; all of them are zeros then.
  void let_go_of_memory();

  // Of a location in the host's memory.
  std::byte* address(const Location& location) const { return place(location).host(); }
  // Of the last measured run; zeros before one.
  const kernels::StepTime& step_time(std::size_t step) const { return step_times_[step]; }

  std::size_t packed_bytes() const { return packed_bytes_; }                // of a plan: what would be packed
  std::size_t device_packed_bytes() const { return device_packed_bytes_; }  // of these, in a device's memory
  std::size_t shared_constant_bytes() const {
    return shared_constant_bytes_;
  }  // constants used as the model holds them

 private:
  struct Bound {
    kernels::Engine* engine = nullptr;
    const kernels::Kernel* kernel = nullptr;
    bool crosses = false;  // between spaces: the host waits
    int workers = 1;       // threads worth waking
    std::vector<kernels::Place> inputs, outputs;
    kernels::Place scratch;
    struct Halo {
      kernels::Engine* engine =
          nullptr;  // whose memory it is: not the kernel's, where that writes into another's
      const Location* output = nullptr;
      kernels::Place place;
    };
    std::vector<Halo> halos;  // of outputs that have one
  };

  void prepare(Program& program);
  void pack(Program& program, std::size_t kernel);
  void count_constants(Program& program);
  void count_packed(const Choice& choice, std::size_t bytes);
  void bind();
  void measure(kernels::StepTimer& timer, std::size_t first, std::size_t last);
  int workers(const Step& step) const;
  bool crosses(const Step& step) const;
  bool writes(const Step& step, kernels::Space space) const;
  kernels::Place place(const Location& location) const;
  kernels::Memory& arena(kernels::Space space) const { return *arenas_[static_cast<std::size_t>(space)]; }

  const Plan& plan_;
  const std::vector<std::shared_ptr<kernels::Kernel>>& kernels_;
  const Devices& devices_;
  std::vector<Bound> bound_;
  std::size_t first_waiting_ = 0;  // the steps from here on are wait()'s
  std::array<std::unique_ptr<kernels::Memory>, kernels::kSpaces> arenas_;
  std::vector<kernels::StepTime> step_times_;
  std::map<kernels::Engine*, std::unique_ptr<kernels::StepTimer>> timers_;
  std::size_t packed_bytes_ = 0, device_packed_bytes_ = 0, shared_constant_bytes_ = 0;
};

}  // namespace rt3d::runtime
