#include "kernels/cl/conv_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rt3d::kernels::cl {
namespace {

constexpr std::int64_t kMostHalo = 8;  // rows or columns on a side: is_addressable() counts with more

// What a work-item's tile takes in registers of four floats, and how many there are.
struct Registers {
  double row, block;   // of a row of pixels and of a block of weights, beside the sums: values, addresses
  double most, whole;  // that a tile may take; with which waves are whole
};
// What loads cost: one of a row's pixels and one of a block's weights from buffers, and a texel, of 16 bytes each, in multiply-adds of four
// floats.
struct Loads {
  double row, block, texel;
};

// Of a kind of GPU: work-items that run together, and what tiles take. Tile defaults per kind of GPU come from it. What bench/gpu found
// (docs/gpu-model.md): an Adreno 650 runs waves of 128 up to 32 registers, which the newer of two versions of Mesa keeps with 22 of these (7
// rows, 2 blocks, in parts) and spills with 26; on a 740, which has more, its loops copy or spill beyond 22 all the same. Of float sums the older
// version spills 4 rows by 4 blocks. A Mali has 16 and may not spill; above 8 only half of the threads run, which is faster all the same. Each
// row costs an address of 64 bits there, shifted for each unit.
struct GpuRow {
  Maker maker;
  int first_model, last_model;
  int lanes;
  Registers halves, floats;  // by what adds up
  Loads loads;
};
constexpr std::array kGpus{
    GpuRow{Maker::adreno, 0, 999, 128, {0.5, 2, 24, 22}, {0, 0.5, 17.5, 17.5}, {8, 8, 4}},
    GpuRow{Maker::mali, 0, 9999, 16, {1.5, 2, 15, 15}, {2, 3.5, 15, 15}, {12, 4, 12}},
};
constexpr GpuRow kOtherGpu{Maker::other, 0, 0, 64, {0.5, 2, 24, 24}, {0, 0, 16, 16}, {4, 4, 10}};
constexpr GpuRow kCpu{Maker::other,   0,         0, 1, {0.5, 2, 24, 24},
                      {0, 0, 16, 16}, {2, 2, 40}};  // PoCL: tiles are measured anyway

// What it takes to unpack the halves of a texel of eight, in multiply-adds of four floats.
constexpr double kUnpack = 1;

// Beyond the registers with which waves are whole.
constexpr double kCrowded = 1.5;

// What a doubling of the tiles of output channels in a group costs: weights that a wave does not share, and lists that were made as long as the
// longest.
constexpr double kWeightsApart = 0.05, kListsApart = 0.1;

// How much of a GPU's cores that have no group in the last round is lost: a core computes several groups at once, and one that is alone
// there may have the whole of it.
constexpr double kLastRound = 0.5;

const GpuRow& row_of(const Accelerator& device) {
  if (device.is_cpu) return kCpu;
  for (const GpuRow& row : kGpus)
    if (row.maker == device.maker && device.model >= row.first_model && device.model <= row.last_model)
      return row;
  return kOtherGpu;
}

const Registers& registers_for(Sums sums, const GpuRow& gpu) {
  return sums == Sums::floats ? gpu.floats : gpu.halves;
}

double registers_of(Sums sums, bool parts, std::int64_t rows, std::int64_t blocks, const GpuRow& gpu) {
  const Registers& registers = registers_for(sums, gpu);
  const auto r = static_cast<double>(rows), b = static_cast<double>(blocks);
  const double each = sums == Sums::floats ? 1 : sums == Sums::float_parts ? 1.5 : parts ? 1 : 0.5;
  return each * r * b + registers.row * r + registers.block * b;
}

std::vector<int> sums_choices(const TileChoices& choices, const Accelerator& device) {
  if (choices.stored != DType::f16) return {};
  if (!device.halves) return {static_cast<int>(Sums::floats)};
  std::vector<int> sums{static_cast<int>(Sums::halves), static_cast<int>(Sums::floats)};
  if (products_of_part(choices.products) > 0) sums.push_back(static_cast<int>(Sums::float_parts));
  return sums;
}

// Images reach only so far into a buffer: where they do not reach its end there are none.
bool has_images(DType stored, const Accelerator& device) {
  const Texel texel = stored == DType::f16 ? Texel::half4 : Texel::float4;
  return device.image_buffer_texels * texel_bytes(texel) >= device.most_bytes;
}

std::vector<int> images_choices(const TileChoices& choices, Sums sums, const Accelerator& device) {
  std::vector<int> images{static_cast<int>(Images::none)};
  if (!has_images(choices.stored, device)) return images;
  images.push_back(static_cast<int>(Images::inputs));
  if (!choices.image_weights) return images;
  images.push_back(static_cast<int>(Images::fours));
  if (sums != Sums::floats) images.push_back(static_cast<int>(Images::eights));
  return images;
}

}  // namespace

bool is_plain_conv(const Problem& p) {
  if (p.op != "Conv" || p.inputs.size() < 2 || p.inputs.size() > 4 || p.attributes.has(kWinogradAttribute))
    return false;
  if (p.inputs[0].constant || !p.inputs[1].constant || (p.has_input(2) && !p.inputs[2].constant) ||
      (p.has_input(3) && p.inputs[3].constant))
    return false;
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    if (p.has_input(i) && p.inputs[i].desc.dtype != DType::f32) return false;
  if (p.outputs[0].dtype != DType::f32 || !is_addressable(p.input_shape(0)) ||
      !is_addressable(p.outputs[0].shape) || p.input_shape(1).elements() <= 0 ||
      !has_activation(activation_of(p.attributes)))
    return false;
  const ConvShape s = conv_shape(p);
  constexpr std::int64_t kMostWeights = std::int64_t{1} << 29;
  return std::max({s.ph, s.ph2, s.pw, s.pw2}) <= kMostHalo &&
         (s.oc + 64) * (s.ic / s.g + 4) * s.kernel_positions() < kMostWeights;
}

Ports conv_ports(const Problem& p, const ConvShape& s, DType stored) {
  const auto halo = [](std::int64_t front, std::int64_t back) {
    return static_cast<int>(std::max<std::int64_t>({front, back, 0}));
  };
  Ports ports;
  ports.inputs.resize(p.inputs.size(), blocked_port(0, 0, stored));
  ports.inputs[0] = blocked_port(halo(s.ph, s.ph2), halo(s.pw, s.pw2), stored);
  ports.outputs = {blocked_port(0, 0, stored)};
  return ports;
}

ConvTile ConvTile::of(const Schedule& schedule) {
  return {schedule.get("rows"),
          schedule.get("blocks"),
          schedule.get("wide"),
          schedule.get("planes"),
          schedule.get("deep"),
          static_cast<Sums>(schedule.get("sums", 0)),
          static_cast<Images>(schedule.get("images", 0))};
}

Tunables conv_tunables(const ConvShape& s, const TileChoices& choices, const Accelerator& device) {
  const std::vector<int> sums = sums_choices(choices, device);
  std::vector<std::string> order{"rows", "blocks", "wide", "planes", "deep", "images"};
  if (!sums.empty()) order.emplace_back("sums");
  Tunables tunables(std::move(order));
  if (!sums.empty()) tunables.decide("sums", sums);
  tunables.decide("blocks", choices.blocks);
  const bool parts = products_of_part(choices.products) > 0;
  tunables.decide("rows", [oh = s.oh, parts, gpu = row_of(device)](const Schedule& decided) {
    const auto sums = static_cast<Sums>(decided.get("sums", 0));
    const double most = registers_for(sums, gpu).most;
    std::vector<int> rows;
    for (int r : {1, 2, 4, 7, 8})
      if (r == 1 || (r <= oh && registers_of(sums, parts, r, decided.get("blocks"), gpu) <= most))
        rows.push_back(r);
    return rows;
  });
  // Work-groups that fill a wave, where columns, planes and tiles are many enough; on a CPU they may be small.
  const std::int64_t most = device.most_work_items;
  tunables.decide("wide", [most](const Schedule&) {
    std::vector<int> wide;
    for (int w : {1, 8, 16, 32, 64, 128})
      if (w <= most) wide.push_back(w);
    return wide;
  });
  tunables.decide("planes", [most, od = s.od](const Schedule& decided) {
    std::vector<int> planes;
    for (int d : {1, 2, 4, 8})
      if (d < 2 * od && d * decided.get("wide") <= most) planes.push_back(d);
    return planes;
  });
  tunables.decide("deep", [most](const Schedule& decided) {
    std::vector<int> deep;
    for (int d : {1, 2, 4, 8, 16})
      if (d * decided.get("wide") * decided.get("planes") <= most) deep.push_back(d);
    return deep;
  });
  tunables.decide("images", [choices, device](const Schedule& decided) {
    return images_choices(choices, static_cast<Sums>(decided.get("sums", 0)), device);
  });
  return tunables;
}

int lanes_of(const Accelerator& device) { return row_of(device).lanes; }

// Adding n numbers one after the other in halves costs about sqrt(n) 2^-12.5 of the sum: with parts of sqrt(n), of which there are sqrt(n),
// its square root twice. A convolution of 13,824 products thus errs by 0.3 % of its outputs' spread, one of 512 in one go by 0.4 %.
std::int64_t products_of_part(std::int64_t products) {
  constexpr std::int64_t kAtOnce = 512, kLeast = 128;
  if (products <= kAtOnce) return 0;
  return std::max(kLeast, static_cast<std::int64_t>(std::sqrt(static_cast<double>(products))));
}

// In units, whose number is even.
void add_sums(Macros& macros, Sums sums, std::int64_t products) {
  const std::int64_t part = sums == Sums::floats ? 0 : products_of_part(products);
  if (sums != Sums::floats) macros.flag("HALF_SUMS");
  if (part > 0) macros.flag(sums == Sums::halves ? "HALF_PARTS" : "FLOAT_PARTS");
  constexpr std::int64_t kAll = 1 << 28, kPair = 2 * kBlock;
  macros.add("CHUNK", part == 0 ? kAll : std::max<std::int64_t>(1, part / kPair) * 2);
}

Range conv_range(const ConvShape& s, const ConvTile& t, double ns) {
  // Tiles of one group may be of two batch items, and the last ones of none.
  Range range = Range::of({ceil_div(s.oh, t.rows) * s.ow, s.od, s.n * ceil_div(s.oc, t.blocks * kBlock)},
                          {t.wide, t.planes, t.deep});
  range.parts = parts_for(ns);
  return range;
}

Macros conv_macros(const KernelRequest& r, const ConvShape& s, const ConvTile& t, DType stored) {
  Macros macros;
  const Problem& p = r.problem;
  add_tensor(macros, "X", p.input_shape(0), r.inputs[0], stored);
  add_tensor(macros, "Y", p.outputs[0].shape, r.outputs[0], stored);
  if (p.has_input(3)) {
    macros.flag("ADDED");
    add_tensor(macros, "R", p.input_shape(3), r.inputs[3], stored);
  }
  if (stored == DType::f16) macros.flag("W_HALF");
  add_windows(macros, s);
  add_activation(macros, activation_of(p.attributes));
  macros.add("ROWS", t.rows)
      .add("TILES", ceil_div(s.oh, t.rows))
      .add("BLOCKS", t.blocks)
      .add("ITEMS", s.n)
      .add("OC_TILES", ceil_div(s.oc, t.blocks * kBlock))
      .add("WIDE", t.wide)
      .add("PLANES", t.planes)
      .add("DEEP", t.deep);
  if (t.images != Images::none) macros.flag("X_IMAGE");
  if (t.images >= Images::fours) macros.add("W_TEXEL", static_cast<std::int64_t>(t.images));
  return macros;
}

std::int64_t list_step(const ConvTile& t) { return t.images == Images::none ? 1 : kBlock; }

std::vector<Argument> conv_arguments(const Problem& p, const ConvTile& t, DType stored, bool listed) {
  using Kind = Argument::Kind;
  const Texel values = stored == DType::f16 ? Texel::half4 : Texel::float4;
  const bool image_weights = t.images >= Images::fours;
  const Texel weights = t.images == Images::eights ? Texel::uint4 : image_weights ? values : Texel::none;
  std::vector<Argument> arguments{{Kind::input, 0, t.images == Images::none ? Texel::none : values}};
  if (p.has_input(3)) arguments.push_back({Kind::input, 3});
  arguments.insert(arguments.end(), {{Kind::output, 0}, {Kind::packed, 0, weights}, {Kind::packed, 1}});
  if (listed) arguments.push_back({Kind::packed, 2, image_weights ? Texel::int1 : Texel::none});
  return arguments;
}

// Halves have 11 bits down to 2^-14, and fewer or none below: weights down to a thousandth of the largest are to keep theirs.
Scaled scaled_weights(const Tensor& weights, DType stored) {
  Scaled scaled{weights.aligned_copy(), {}};
  if (stored != DType::f16) return scaled;
  constexpr int kLeast = -4, kMost = 0;  // exponents
  const std::span<const float> values = scaled.weights.values<float>();
  const auto channels = static_cast<std::size_t>(weights.shape()[0]);
  const std::size_t width = values.size() / channels;
  std::vector<double> factors;
  for (std::size_t o = 0; o < channels; ++o) {
    float largest = 0;
    for (const float v : values.subspan(o * width, width)) largest = std::max(largest, std::fabs(v));
    int exponent = 0;
    if (largest > 0 && std::isfinite(largest)) std::frexp(largest, &exponent);
    const int shift = std::clamp(std::clamp(exponent, kLeast, kMost) - exponent, -120, 120);
    factors.push_back(std::ldexp(1.0, shift));
    scaled.scales.push_back(std::ldexp(1.0F, -shift));
  }
  Tensor product = scaled.weights.rows_scaled(std::move(factors)).aligned_copy();
  const std::span<float> to = product.mutable_values<float>();
  for (std::size_t i = 0; i < to.size(); ++i)
    if (flushed(values[i]) == 0) to[i] = 0;  // a denormal is none because it was made larger
  scaled.weights = std::move(product);
  return scaled;
}

Bytes packed_bias(std::span<const Tensor* const> constants, std::int64_t channels, std::size_t multiple,
                  const std::vector<float>& scales) {
  std::vector<float> bias(static_cast<std::size_t>(channels));
  if (constants.size() > 2 && constants[2] != nullptr) {
    const Tensor values = constants[2]->in_memory();
    std::copy_n(values.values<float>().begin(), bias.size(), bias.begin());
  }
  bias.resize((bias.size() + multiple - 1) / multiple * multiple);
  bias.insert(bias.end(), scales.begin(), scales.end());
  return packed_values(bias, multiple, DType::f32);
}

double planes_met(const ConvShape& s, std::int64_t planes) {
  std::int64_t met = 0, all = 0;
  for (std::int64_t first = 0; first < s.od; first += planes) {
    Taps any{s.kd, 0};
    const std::int64_t last = std::min(first + planes, s.od);
    for (std::int64_t o = first; o < last; ++o) {
      const Taps taps = valid_taps(o, s.sd, s.pd, s.dd, s.kd, s.id);
      if (taps.first < taps.last) any = {std::min(any.first, taps.first), std::max(any.last, taps.last)};
    }
    met += std::max<std::int64_t>(0, any.last - any.first) * (last - first);
    all += s.kd * (last - first);
  }
  return static_cast<double>(met) / static_cast<double>(all);
}

double conv_ns(const Problem& p, const ConvShape& s, const ConvTile& t, double units, DType stored,
               bool listed, const Accelerator& device) {
  const GpuRow& gpu = row_of(device);
  const double channel_tiles = static_cast<double>(ceil_div(s.oc, t.blocks * kBlock));
  const bool parts = products_of_part(static_cast<std::int64_t>(units * kBlock / channel_tiles)) > 0;
  const bool crowded = registers_of(t.sums, parts, t.rows, t.blocks, gpu) > registers_for(t.sums, gpu).whole;
  const double apart = listed ? kListsApart : kWeightsApart;
  const auto rows = static_cast<double>(t.rows), columns = static_cast<double>(t.blocks);
  const double pixels = static_cast<double>(s.n * s.od * ceil_div(s.oh, t.rows) * t.rows * s.ow);
  const double products = pixels * units * planes_met(s, t.planes) * 16 * columns;
  // Of a unit a work-item loads one vector a row and four a block, or two of twice as many halves, for four multiply-adds of vectors for each
  // row and block.
  const bool fast = t.sums != Sums::floats;
  const bool eights = t.images == Images::eights || (fast && t.images < Images::fours);
  const double four = gpu.loads.texel * static_cast<double>(dtype_bytes(stored)) / 4;  // by its bytes
  const double input_cost = t.images == Images::none ? gpu.loads.row : four;
  const double weight_cost = (t.images < Images::fours    ? gpu.loads.block
                              : t.images == Images::fours ? four
                                                          : gpu.loads.texel) +
                             (eights ? kUnpack : 0);
  const double loads = (rows * input_cost + (eights ? 2 : 4) * columns * weight_cost) / (4 * rows * columns);
  const double sums = fast                   ? 0.5
                      : stored == DType::f16 ? 1.5
                                             : 1;  // halves that are added up in floats are converted
  // Work-items that wait for others: of a group or a wave that is not full, of the last round of groups, of other tiles of channels.
  const auto filled = [](std::int64_t items, std::int64_t group) {
    return static_cast<double>(ceil_div(items, group) * group) / static_cast<double>(items);
  };
  const std::int64_t width = ceil_div(s.oh, t.rows) * s.ow, deep = s.n * ceil_div(s.oc, t.blocks * kBlock);
  const std::int64_t groups = ceil_div(width, t.wide) * ceil_div(s.od, t.planes) * ceil_div(deep, t.deep);
  const auto items = static_cast<double>(t.wide * t.planes * t.deep);
  const double idle = filled(width, t.wide) * filled(s.od, t.planes) * filled(deep, t.deep) *
                      (std::ceil(items / gpu.lanes) * gpu.lanes / items) *
                      (device.is_cpu ? 1 : 1 + kLastRound * (filled(groups, device.compute_units) - 1)) *
                      (crowded ? kCrowded : 1) * (1 + apart * std::log2(static_cast<double>(t.deep)));
  const double bytes = static_cast<double>(dtype_bytes(stored)) *
                       static_cast<double>(p.input_shape(0).elements() + p.outputs[0].shape.elements());
  return time_ns({.multiply_adds = products * (sums + loads) * idle, .bytes = bytes}, device);
}

}  // namespace rt3d::kernels::cl
