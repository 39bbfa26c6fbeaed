#include "jit/winograd/windows.h"

namespace rt3d::jit {
namespace {

std::vector<std::size_t> run_of_tile(const std::vector<TileRun>& runs) {
  std::vector<std::size_t> of;
  for (std::size_t run = 0; run < runs.size(); ++run)
    of.insert(of.end(), static_cast<std::size_t>(runs[run].count), run);
  return of;
}

}  // namespace

WindowCodes::WindowCodes(Isa isa, const TransformShape& base, TileWindow TransformShape::*window,
                         const std::vector<TileRun>& ys, const std::vector<TileRun>& xs)
    : xs_(xs), run_of_y_(run_of_tile(ys)), run_of_x_(run_of_tile(xs)) {
  for (const TileRun& y : ys)
    for (const TileRun& x : xs) {
      TransformShape shape = base;
      shape.*window = {y.begin, y.end, x.begin, x.end};
      codes_.push_back(transform(isa, shape));
    }
}

}  // namespace rt3d::jit
