// Engine: what runs kernels: this CPU with its threads, or a device with memory and a queue of its own. A session owns its engines and
// uses them from one thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "kernels/family.h"
#include "kernels/step_timer.h"

namespace rt3d::kernels {

class Engine {
 public:
  virtual ~Engine() = default;

  virtual const Target& target()
      const = 0;  // what its families are asked with; its device is the tuning database's key
  virtual Space space() const = 0;  // of the memory that allocate() gives
  virtual ThreadPool& pool() = 0;   // the host's threads, which pack constants

  virtual std::unique_ptr<Memory> allocate(std::size_t bytes) = 0;  // zeroed; throws out_of_memory
  // The same, but where the system can it takes memory only as it is touched.
  virtual std::unique_ptr<Memory> allocate_untouched(std::size_t bytes) { return allocate(bytes); }

  // Kernels run in the order of the calls, each with all that was run before in memory. A call may return before its kernel is done:
  // the arguments' spans need not live longer than the call. At most `workers` threads are woken. Allocates nothing; what goes wrong
  // later is told by finish().
  virtual void run(const Kernel& kernel, const RunArgs& args, int workers) = 0;
  // Writes zeros around the planes of a tensor in this engine's memory, `desc` as it lies there; in the order of run(), and with as many
  // threads.
  virtual void zero_halo(const TensorDesc& desc, Place first, const Placement& at, int workers) = 0;
  // Sees to it that all that was run is begun, though nobody waits yet.
  virtual void flush() {}
  // Waits until everything is done; throws device when something failed.
  virtual void finish() = 0;
  // Whether run() only queues what finish() waits for. A single run then costs more waiting than computing, and many runs are timed
  // together.
  virtual bool queues() const { return false; }
  // To see what steps take: a run that is timed may be slower than others. One at a time, of an engine that outlives it. By default the host's
  // clock.
  virtual std::unique_ptr<StepTimer> make_timer();
  // What times are compared with: the multiply-adds of floats per nanosecond of a device with rates of its own, the most that was measured, now
  // included. 0: the host's, which others measure.
  virtual double measured_peak() { return 0; }

  // How many kernels its driver compiles at a time beside everything else, from KernelFamily::compile() on; 0: none, compile() ends with the
  // code. And whether, within that time, all that was begun and is still wanted is compiled.
  virtual int compiles_ahead() const { return 0; }
  virtual bool await_compiling(std::chrono::nanoseconds at_most) { return static_cast<void>(at_most), true; }

  // Of engines whose drivers compile: the file in which machine code and what was measured of the device are kept for later sessions (empty:
  // nowhere), told before anything is compiled, and the moment to write it. What cannot be kept is logged.
  virtual void keep_code_in(const std::filesystem::path& file) { static_cast<void>(file); }
  virtual void save_code() {}
};

}  // namespace rt3d::kernels
