#include "kernels/cl/conv_parts.h"

#include <algorithm>

namespace rt3d::kernels::cl {
namespace {

constexpr std::int64_t kMostHalo = 8;  // rows or columns on a side: is_addressable() counts with more
// Loads of four channels that take as long as so many multiply-adds of four: what a work-item loads for each of its products decides
// between tiles (opencl.md's texture pipe; on CPUs loads are cheaper, and tiles are measured anyway).
constexpr double kLoadCost = 2;
constexpr double kWave = 64;  // work-items of a GPU that run together

}  // namespace

bool is_plain_conv(const Problem& p) {
  if (p.op != "Conv" || p.inputs.size() < 2 || p.inputs.size() > 4 || p.attributes.has(kWinogradAttribute)) return false;
  if (p.inputs[0].constant || !p.inputs[1].constant || (p.has_input(2) && !p.inputs[2].constant) ||
      (p.has_input(3) && p.inputs[3].constant))
    return false;
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    if (p.has_input(i) && p.inputs[i].desc.dtype != DType::f32) return false;
  if (p.outputs[0].dtype != DType::f32 || !is_addressable(p.input_shape(0)) || !is_addressable(p.outputs[0].shape) ||
      p.input_shape(1).elements() <= 0 || !has_activation(activation_of(p.attributes)))
    return false;
  const ConvShape s = conv_shape(p);
  constexpr std::int64_t kMostWeights = std::int64_t{1} << 29;
  return std::max({s.ph, s.ph2, s.pw, s.pw2}) <= kMostHalo && (s.oc + 64) * (s.ic / s.g + 4) * s.kernel_positions() < kMostWeights;
}

Ports conv_ports(const Problem& p, const ConvShape& s) {
  const auto halo = [](std::int64_t front, std::int64_t back) {
    return static_cast<int>(std::max<std::int64_t>({front, back, 0}));
  };
  Ports ports;
  ports.inputs.resize(p.inputs.size(), blocked_port());
  ports.inputs[0] = blocked_port(halo(s.ph, s.ph2), halo(s.pw, s.pw2));
  ports.outputs = {blocked_port()};
  return ports;
}

ConvTile ConvTile::of(const Schedule& schedule) {
  return {schedule.get("rows"), schedule.get("blocks"), schedule.get("wide"), schedule.get("deep")};
}

Tunables conv_tunables(const ConvShape& s, const std::vector<int>& blocks, int most_sums, const Accelerator& device) {
  Tunables tunables({"rows", "blocks", "wide", "deep"});
  tunables.decide("blocks", blocks);
  tunables.decide("rows", [oh = s.oh, most_sums](const Schedule& decided) {
    std::vector<int> rows;
    for (int r : {1, 2, 4, 7, 8})
      if (r <= oh && r * decided.get("blocks") <= most_sums) rows.push_back(r);
    return rows;
  });
  tunables.decide("wide", [most = device.most_work_items](const Schedule&) {
    std::vector<int> wide;
    for (int w : {1, 8, 16, 32, 64, 128})
      if (w <= most) wide.push_back(w);
    return wide;
  });
  tunables.decide("deep", [most = device.most_work_items](const Schedule& decided) {
    std::vector<int> deep;
    for (int d : {1, 2, 4})
      if (d * decided.get("wide") <= most) deep.push_back(d);
    return deep;
  });
  return tunables;
}

Range conv_range(const ConvShape& s, const ConvTile& t, double ns) {
  Range range = Range::of({ceil_div(s.oh, t.rows) * s.ow, s.od, s.n * ceil_div(s.oc, t.blocks * kBlock)}, {t.wide, 1, 1});
  if (t.deep > 1) {
    // Tiles of one group may be of two batch items, and the last ones of none.
    range.local[2] = static_cast<std::size_t>(t.deep);
    range.global[2] = static_cast<std::size_t>(ceil_div(static_cast<std::int64_t>(range.global[2]), t.deep) * t.deep);
  }
  range.parts = parts_for(ns);
  return range;
}

Macros conv_macros(const KernelRequest& r, const ConvShape& s, const ConvTile& t) {
  Macros macros;
  const Problem& p = r.problem;
  add_tensor(macros, "X", p.input_shape(0), r.inputs[0]);
  add_tensor(macros, "Y", p.outputs[0].shape, r.outputs[0]);
  if (p.has_input(3)) {
    macros.flag("ADDED");
    add_tensor(macros, "R", p.input_shape(3), r.inputs[3]);
  }
  add_windows(macros, s);
  add_activation(macros, activation_of(p.attributes));
  macros.add("ROWS", t.rows)
      .add("TILES", ceil_div(s.oh, t.rows))
      .add("BLOCKS", t.blocks)
      .add("ITEMS", s.n)
      .add("OC_TILES", ceil_div(s.oc, t.blocks * kBlock));
  return macros;
}

std::vector<Argument> conv_arguments(const Problem& p, bool listed) {
  using Kind = Argument::Kind;
  std::vector<Argument> arguments{{Kind::input, 0}};
  if (p.has_input(3)) arguments.push_back({Kind::input, 3});
  arguments.insert(arguments.end(), {{Kind::output, 0}, {Kind::packed, 0}, {Kind::packed, 1}});
  if (listed) arguments.push_back({Kind::packed, 2});
  return arguments;
}

Bytes packed_bias(std::span<const Tensor* const> constants, std::int64_t channels, std::size_t multiple) {
  std::vector<float> bias(static_cast<std::size_t>(channels));
  if (constants.size() > 2 && constants[2] != nullptr) {
    const Tensor values = constants[2]->in_memory();
    std::copy_n(values.values<float>().begin(), bias.size(), bias.begin());
  }
  return packed_values(bias, multiple, DType::f32);
}

double conv_ns(const Problem& p, const ConvShape& s, const ConvTile& t, double units, const Accelerator& device) {
  const double pixels = static_cast<double>(s.n * s.od * ceil_div(s.oh, t.rows) * t.rows * s.ow);
  const double products = pixels * units * 16 * static_cast<double>(t.blocks);
  // Of a unit a work-item loads one vector a row and four a block, for four multiply-adds of vectors for each row and block.
  const auto rows = static_cast<double>(t.rows), columns = static_cast<double>(t.blocks);
  const double loads = (rows + 4 * columns) / (4 * rows * columns);
  // Work-items that wait for others of a group that is not full.
  const auto width = static_cast<double>(ceil_div(s.oh, t.rows) * s.ow);
  const double cut = static_cast<double>(ceil_div(static_cast<std::int64_t>(width), t.wide) * t.wide) / width;
  const double wave = device.is_cpu ? 1 : kWave;
  const double idle = cut * std::max(1.0, wave / static_cast<double>(t.wide * t.deep));
  const double bytes = 4 * static_cast<double>(p.input_shape(0).elements() + p.outputs[0].shape.elements());
  return time_ns({.multiply_adds = products * (1 + kLoadCost * loads) * idle, .bytes = bytes}, device);
}

}  // namespace rt3d::kernels::cl
