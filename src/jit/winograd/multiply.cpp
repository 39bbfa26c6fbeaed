#include "jit/winograd/multiply.h"

#include <limits>
#include <utility>

#include "base/error.h"
#include "jit/tile/sum_parts.h"
#include "jit/tile/weights_ahead.h"
#include "jit/winograd/transform.h"
#include "jit/winograd/weights.h"

namespace rt3d::jit {
WinogradMultiply::WinogradMultiply(const WinogradPlan& plan, const Device& device, double kept)
    : p_(plan),
      isa_(device.isa),
      l2_bytes_(device.l2_bytes),
      kept_(kept),
      ahead_floats_(static_cast<std::int64_t>(ahead_lines()) * 16),
      full_(make_width(0)),
      last_(make_width(plan.panels - 1)) {}

WinogradMultiply::Width WinogradMultiply::make_width(std::int64_t panel) const {
  Width w;
  w.tiles.resize(static_cast<std::size_t>(p_.most_rows) + 1);
  for (int rows : p_.row_counts) {
    TileShape t;
    t.vecs = p_.panel_vecs(panel);
    t.depth = p_.cut.depth;
    t.c_vec = bytes_of(p_.method.t > 1 ? p_.r_ocb : p_.m_ocb);
    t.ahead_lines = ahead_lines();
    t.exact_reads = p_.cut.depth % 4 != 0;
    for (int r = 0; r < rows; ++r) {
      t.a_rows.push_back(bytes_of(static_cast<std::int64_t>(r) * p_.lanes));
      t.c_rows.push_back(bytes_of(static_cast<std::int64_t>(r) * p_.lanes));
    }
    t.by_fours = kept_ < 1 && tile_by_fours_fits(isa_, rows, t.vecs, t.depth);
    w.tiles[static_cast<std::size_t>(rows)] = tile(isa_, t);
  }
  if (p_.cut.late) w.late = late_transform();
  return w;
}

// [vector][kd] of weights to [q][vector].
WinogradMultiply::CodePtr WinogradMultiply::late_transform() const {
  TransformShape t;
  t.label = cat("weights", p_.method.t, "k", p_.s.kd, "s", p_.s.sd);
  t.rows = &kernels::no_transform().kernel;
  t.cols = &p_.time->kernel;
  t.in = {0, bytes_of(p_.lanes), bytes_of(p_.s.kd * p_.lanes)};
  t.out = {0, bytes_of(panel_floats()), bytes_of(p_.lanes)};
  t.read = {0, 1, 0, t.cols->inputs};
  t.write = {0, 1, 0, t.cols->outputs};
  return transform(isa_, t);
}

// Lines per unit that bring the next panel near, shared by all calls that read the panel at hand; none where all weights are near.
int WinogradMultiply::ahead_lines() const {
  if (kept_ * static_cast<double>(p_.weight_floats() * 4) < static_cast<double>(l2_bytes_) / 4) return 0;
  const std::int64_t planes = p_.cut.late ? p_.s.kd : 1, calls = p_.cut.late ? p_.q : 1;
  return lines_per_unit(p_.unit_floats(0) * planes * 4, p_.fewest_turns * static_cast<double>(calls),
                        std::numeric_limits<int>::max());
}

WinogradWeights WinogradMultiply::pack(const Tensor& weights, const Tensor* transformed,
                                       ThreadPool& pool) const {
  WinogradWeights packed{{}, transformed != nullptr, {}};
  if (kept_ < 1)
    packed.pattern = kernels::pattern_of(transformed ? *transformed : weights, p_.cut.vecs * p_.lanes,
                                         p_.cut.depth, &pool);
  const WinogradUnits units = units_of(packed);
  packed.values = Buffer(static_cast<std::size_t>(units.floats()) * sizeof(float));
  pack_winograd_weights(p_, units, weights, transformed, packed.values.as<float>(), pool);
  return packed;
}

std::string WinogradMultiply::packing_key() const {
  const kernels::ConvShape& s = p_.s;
  return cat("winograd ", s.oc, 'x', s.ic, 'x', s.kd, 'x', s.kh, 'x', s.kw, " strides", s.sd, 'x', s.sh, 'x',
             s.sw, " t", p_.method.t, " s", p_.method.s, " lanes", p_.lanes, " vecs", p_.cut.vecs, " depth",
             p_.cut.depth, p_.cut.late ? " late" : "", kept_ < 1 ? " sparse" : "");
}

WinogradUnits WinogradMultiply::units_of(const WinogradWeights& weights) const {
  return weights.pattern ? WinogradUnits(p_, *weights.pattern, weights.transformed) : WinogradUnits(p_);
}

void WinogradMultiply::use(const WinogradWeights& weights) {
  units_ = units_of(weights);
  weights_ = weights.values.as<float>();
  zeros_ = Buffer::zeroed(static_cast<std::size_t>(p_.cut.vecs * p_.lanes) * sizeof(float));
}

std::int64_t WinogradMultiply::scratch_floats() const { return p_.cut.late ? p_.q * panel_floats() : 0; }

void WinogradMultiply::run(const WinogradPlan::Block& block, std::int64_t point, const float* a, float* c,
                           float* scratch) const {
  const float* weights = weights_;
  if (p_.cut.late) {
    for (std::int64_t panel = 0; panel < p_.panels; ++panel) {
      const WinogradUnits::List& list = units_->list(point, 0, panel);
      const float* ahead = weights + list.at + units_->floats(list);
      if (units_->count(list) > 0) {
        TransformArgs t{};
        t.in = weights + list.at;
        t.out = scratch;
        t.count = units_->count(list) * p_.unit_floats(panel) / p_.lanes;
        width(panel).late->call(&t);
      }
      for (std::int64_t q = 0; q < p_.q; ++q)
        multiply(block, panel, list, scratch + q * panel_floats(), a + q * p_.v_q, c + q * p_.r_q, ahead);
    }
    return;
  }
  for (std::int64_t q = 0; q < p_.q; ++q)
    for (std::int64_t panel = 0; panel < p_.panels; ++panel) {
      const WinogradUnits::List& list = units_->list(point, q, panel);
      const float* ahead = weights + list.at + units_->floats(list);
      multiply(block, panel, list, weights + list.at, a + q * p_.v_q, c + q * p_.r_q, ahead);
    }
}

void WinogradMultiply::multiply(const WinogradPlan::Block& block, std::int64_t panel,
                                const WinogradUnits::List& list, const float* weights, const float* a,
                                float* c, const float*& ahead) const {
  const Width& w = width(panel);
  const std::int64_t c_ocb = p_.method.t > 1 ? p_.r_ocb : p_.m_ocb;
  for (const RowGroup& g : *block.groups) {
    const WinogradUnits::Range range = units_->range(list, g.row_class);
    TileArgs t{};
    t.a = a + g.first * p_.lanes;
    t.units = units_->units() + range.first;
    t.unit_count = range.count;
    t.w = weights;
    t.c = c + panel * p_.cut.vecs * c_ocb + g.first * p_.lanes;
    t.bias = zeros_.as<float>();
    t.ahead = ahead;
    call_in_parts(*w.tiles[static_cast<std::size_t>(g.rows)], t, units_per_part(p_.cut.depth), 1,
                  ahead_floats_);
    ahead += range.count * ahead_floats_;
  }
}

}  // namespace rt3d::jit
