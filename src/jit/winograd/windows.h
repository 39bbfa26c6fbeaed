// A tile transform (winograd/transform.h) for every window: at the image's borders tiles have fewer rows and columns inside it. One code
// for every pair of a run of tiles along y and one along x.
#pragma once

#include <memory>
#include <vector>

#include "jit/winograd/plan.h"
#include "jit/winograd/transform.h"

namespace rt3d::jit {

class WindowCodes {
 public:
  // `base` with each window for its member `window`: &TransformShape::read or &TransformShape::write.
  WindowCodes(Isa isa, const TransformShape& base, TileWindow TransformShape::*window,
              const std::vector<TileRun>& ys, const std::vector<TileRun>& xs);

  const std::vector<TileRun>& x_runs() const { return xs_; }
  std::size_t x_run(std::int64_t x) const { return run_of_x_[static_cast<std::size_t>(x)]; }  // of tile x
  const Code& code(std::int64_t y, std::size_t x_run) const {                                 // of tile row y
    return *codes_[run_of_y_[static_cast<std::size_t>(y)] * xs_.size() + x_run];
  }

 private:
  std::vector<TileRun> xs_;
  std::vector<std::size_t> run_of_y_, run_of_x_;
  std::vector<std::shared_ptr<const Code>> codes_;  // [y run][x run]
};

}  // namespace rt3d::jit
