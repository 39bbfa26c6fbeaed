// A program made ready to run: kernels with their packed constants, the arena, and the address of every operand. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/buffer.h"
#include "base/thread_pool.h"
#include "runtime/program.h"

namespace rt3d::runtime {

class Executor {
 public:
  // Prepares the kernels and lets go of their constants, so that only packed copies stay. The program and the pool must live as long
  // as the executor. Of Extent::plan no constant is packed and no arena there: nothing may be run, and no address be asked for.
  enum class Extent { all, plan };
  Executor(Program& program, const kernels::Target& target, ThreadPool& pool, Extent extent = Extent::all);

  void run();                       // allocates nothing
  void run_measured();              // and takes the time of every step
  void run_step(std::size_t step);  // one alone, on whatever its inputs hold

  std::byte* address(const Location& location) const { return arena_.data() + plan_.offset_bytes(location); }
  std::int64_t step_ns(std::size_t step) const { return step_ns_[step]; }  // of the last measured run

  std::size_t packed_bytes() const { return packed_bytes_; }  // of a plan: what would be packed
  std::size_t shared_constant_bytes() const {
    return shared_constant_bytes_;
  }  // constants used as the model holds them

 private:
  struct Bound {
    const kernels::Kernel* kernel = nullptr;
    int workers = 1;  // threads worth waking
    std::vector<std::byte*> inputs, outputs;
    std::byte* scratch = nullptr;
    std::vector<const Location*> halos;  // outputs with a halo, and …
    std::vector<std::byte*> halo_data;   // … their addresses
  };

  void prepare(Program& program);
  void count_constants(Program& program);
  void bind(const kernels::Target& target);
  int workers(const Step& step, const kernels::Target& target) const;

  const Plan& plan_;
  const std::vector<std::unique_ptr<kernels::Kernel>>& kernels_;
  ThreadPool& pool_;
  std::vector<Bound> bound_;
  Buffer arena_;
  std::vector<std::int64_t> step_ns_;
  std::size_t packed_bytes_ = 0, shared_constant_bytes_ = 0;
};

}  // namespace rt3d::runtime
