// What the machine can do, and how busy it is with other things: what tells a time that can be from one that cannot.
//
// No code multiplies faster than independent multiply-adds on registers, which a look at the machine times; and no core moves more
// than kVectorsMoved vectors for each of those. A time that would need a rate beyond is an accident of measuring, whoever reports it.
#pragma once

#include <functional>
#include <span>

#include "kernels/family.h"
#include "tuner/tuning_db.h"

namespace rt3d::tuner {

// A look at the machine, by multiplying for a few milliseconds on all threads.
struct MachineState {
  double multiply_adds_per_ns = 0;  // of floats, all threads together, at the best moment; 0: unknown
  double disturbance = 0;  // time that others took, in parts of the time that was left: 1 where half was lost
};
using LookFn = std::function<MachineState()>;

class Machine {
 public:
  // `look` may be empty: then everything is possible and nothing disturbs. `remembered`, which may be empty, gives the highest rate
  // that the database knows (highest_rate()); it is asked only before a time is refused.
  explicit Machine(LookFn look = {}, std::function<double()> remembered = {});

  // How disturbed it is now: the quieter of two looks where the first finds it busy.
  double disturbance();
  // Whether code could do the work in that time. Looks again, several times, before it says no: on a busy machine the first look may
  // not have seen what it can do.
  bool possible(const kernels::Work& work, double ns);

 private:
  void look();

  LookFn look_;
  std::function<double()> remembered_;
  double highest_ = 0;  // multiply-adds per nanosecond
  double disturbance_ = 0;
};

// The multiply-adds per nanosecond that the work in that time needs at the least.
double rate_needed(const kernels::Work& work, double ns);

// Whether any CPU that there is could have done it: without a look, for what a database says.
bool possible_anywhere(const kernels::Work& work, double ns, const kernels::Target& target);

// Whether a row may be believed: not when it is for this device, for a family that stands here, and faster than can be.
bool believable(const Row& row, std::span<const kernels::KernelFamily* const> families, const Device& device);

// The highest rate that quiet rows of the target's device show, for as many threads as the target has; 0 when there are none.
double highest_rate(const TuningDb& db, std::span<const kernels::KernelFamily* const> families,
                    const kernels::Target& target);

}  // namespace rt3d::tuner
