#include "kernels/cl/conv_units.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "kernels/sparsity.h"

namespace rt3d::kernels::cl {
namespace {

struct Unit {
  std::int64_t ic_block, kd, kh, kw;
};

// Of one tile, by kernel planes; begins[kd] is the first of a plane.
struct Units {
  std::vector<Unit> all;
  std::vector<std::int32_t> begins;
};

// Of one plane of a tile, those that were kept, or those that were not.
std::vector<Unit> plane_units(const ConvShape& s, const Pattern& pattern, std::int64_t tile, std::int64_t kd,
                              bool kept) {
  std::vector<Unit> units;
  for (std::int64_t c = 0; c < blocks(s.ic, kBlock); ++c)
    for (std::int64_t kh = 0; kh < s.kh; ++kh)
      for (std::int64_t kw = 0; kw < s.kw; ++kw)
        if (pattern.kept(tile, c, (kd * s.kh + kh) * s.kw + kw) == kept) units.push_back({c, kd, kh, kw});
  return units;
}

std::vector<Units> units_of(const ConvShape& s, const Pattern& pattern, std::int64_t first,
                            std::int64_t tiles) {
  std::vector<Units> all(static_cast<std::size_t>(tiles));
  for (std::int64_t kd = 0; kd < s.kd; ++kd) {
    std::vector<std::vector<Unit>> kept;
    for (std::int64_t t = 0; t < tiles; ++t) kept.push_back(plane_units(s, pattern, first + t, kd, true));
    const std::size_t most =
        std::ranges::max(kept, {}, [](const std::vector<Unit>& units) { return units.size(); }).size();
    for (std::int64_t t = 0; t < tiles; ++t) {
      Units& units = all[static_cast<std::size_t>(t)];
      const std::vector<Unit>& own = kept[static_cast<std::size_t>(t)];
      units.begins.push_back(static_cast<std::int32_t>(units.all.size()));
      units.all.insert(units.all.end(), own.begin(), own.end());
      if (own.size() == most) continue;
      const std::vector<Unit> zeros = plane_units(s, pattern, first + t, kd, false);
      units.all.insert(units.all.end(), zeros.begin(),
                       zeros.begin() + static_cast<std::ptrdiff_t>(most - own.size()));
    }
  }
  for (Units& units : all) units.begins.push_back(static_cast<std::int32_t>(units.all.size()));
  return all;
}

void pack_units(const Units& units, std::span<const float> from, const ConvShape& s, std::int64_t first,
                std::int64_t width, float* to) {
  const std::int64_t positions = s.kernel_positions();
  for (const Unit& u : units.all) {
    const std::int64_t position = (u.kd * s.kh + u.kh) * s.kw + u.kw;
    for (std::int64_t i = 0; i < kBlock; ++i)
      for (std::int64_t o = 0; o < width; ++o, ++to) {
        const std::int64_t ic = u.ic_block * kBlock + i, oc = first + o;
        *to = ic < s.ic && oc < s.oc ? from[static_cast<std::size_t>((oc * s.ic + ic) * positions + position)]
                                     : 0;
      }
  }
}

// Four numbers for each tile and kernel plane, then distances, those of each plane from an even place on, and one more that is read ahead.
class ListWriter {
 public:
  ListWriter(std::int64_t rows, std::int64_t step)
      : head_(static_cast<std::int32_t>(rows * 4)), step_(step) {}

  std::int32_t next_place() const { return head_ + static_cast<std::int32_t>(distances_.size()); }
  void row(std::int64_t units_before, std::int64_t units, std::int32_t place) {
    table_.insert(table_.end(),
                  {static_cast<std::int32_t>(units_before), static_cast<std::int32_t>(units), place, 0});
  }
  void distance(std::int64_t elements) { distances_.push_back(static_cast<std::int32_t>(elements / step_)); }
  void end_plane() {
    if (distances_.size() % 2 != 0) distances_.push_back(0);
  }
  std::vector<std::int32_t> take() {
    table_.insert(table_.end(), distances_.begin(), distances_.end());
    table_.push_back(0);
    return std::move(table_);
  }

 private:
  std::int32_t head_;
  std::int64_t step_;
  std::vector<std::int32_t> table_, distances_;
};

}  // namespace

std::vector<std::int32_t> kernel_list(const ListedUnits& listed, std::int64_t tiles, std::int64_t kd,
                                      std::int64_t step) {
  const auto begins = static_cast<std::size_t>(tiles * (kd + 1));
  ListWriter list(tiles * kd, step);
  for (std::size_t at = 0; at < begins; ++at) {
    if (at % static_cast<std::size_t>(kd + 1) == static_cast<std::size_t>(kd))
      continue;  // behind a tile's last plane
    const std::int32_t first = listed.numbers[at], last = listed.numbers[at + 1];
    list.row(first, last - first, list.next_place());
    for (std::int32_t u = first; u < last; ++u)
      list.distance(listed.numbers[begins + static_cast<std::size_t>(u)]);
    list.end_plane();
  }
  return list.take();
}

std::vector<std::int32_t> dense_list(const ConvShape& s, std::span<const std::int64_t> first_blocks,
                                     std::int64_t input_blocks, const Placement& in, std::int64_t step) {
  ListWriter list(static_cast<std::int64_t>(first_blocks.size()) * s.kd, step);
  const std::int64_t units = input_blocks * s.kh * s.kw;     // of a plane
  std::map<std::int64_t, std::vector<std::int32_t>> places;  // of the planes' distances, by first block
  std::int64_t before = 0;
  for (const std::int64_t first : first_blocks) {
    std::vector<std::int32_t>& known = places[first];
    for (std::int64_t kd = 0; kd < s.kd; ++kd, before += units) {
      if (static_cast<std::int64_t>(known.size()) == kd) {
        known.push_back(list.next_place());
        for (std::int64_t c = first; c < first + input_blocks; ++c)
          for (std::int64_t kh = 0; kh < s.kh; ++kh)
            for (std::int64_t kw = 0; kw < s.kw; ++kw)
              list.distance(c * in.c + kd * s.dd * in.d + kh * s.dh * in.h + kw * s.dw * kBlock);
        list.end_plane();
      }
      list.row(before, units, known[static_cast<std::size_t>(kd)]);
    }
  }
  return list.take();
}

ListedUnits list_units(const Tensor& weights, const ConvShape& s, std::int64_t width, const Placement& in,
                       std::int64_t together, ThreadPool& pool) {
  const Tensor w = weights.aligned_copy();
  const std::int64_t tiles = ceil_div(s.oc, width);
  const Pattern pattern = pattern_of(w, static_cast<int>(width), kBlock, &pool);
  ListedUnits listed;
  std::vector<std::int32_t> distances;
  std::vector<Units> of_tiles;
  for (std::int64_t first = 0; first < tiles; first += together)
    std::ranges::move(units_of(s, pattern, first, std::min(together, tiles - first)),
                      std::back_inserter(of_tiles));
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const Units& units = of_tiles[static_cast<std::size_t>(tile)];
    const auto before = static_cast<std::int32_t>(distances.size());
    for (const std::int32_t begin : units.begins) listed.numbers.push_back(before + begin);
    for (const Unit& u : units.all)
      distances.push_back(static_cast<std::int32_t>(u.ic_block * in.c + u.kd * s.dd * in.d +
                                                    u.kh * s.dh * in.h + u.kw * s.dw * kBlock));
    const std::size_t at = listed.weights.size();
    listed.weights.resize(at + units.all.size() * static_cast<std::size_t>(kBlock * width));
    pack_units(units, w.values<float>(), s, tile * width, width, listed.weights.data() + at);
  }
  listed.numbers.insert(listed.numbers.end(), distances.begin(), distances.end());
  return listed;
}

}  // namespace rt3d::kernels::cl
