// How two candidates compare that ran by turns. Their fastest batches are compared within a slice of measuring alone: between slices minutes
// may pass, and the machine's clock is another one.
#pragma once

#include <limits>
#include <vector>

namespace rt3d::tuner {

class PairedTimes {
 public:
  void begin_slice();
  void take(double mine_ns, double its_ns);  // of a round
  // Mine in parts of its. Of several slices the median, each counting with its rounds; of two in the middle the larger one, so that no
  // single round of a disturbed rival makes a winner.
  double ratio() const;

 private:
  struct Slice {
    double mine_ns = std::numeric_limits<double>::infinity(),
           its_ns = std::numeric_limits<double>::infinity();  // the fastest
    int rounds = 0;
    double ratio() const { return mine_ns / its_ns; }
  };
  std::vector<Slice> slices_;
};

}  // namespace rt3d::tuner
