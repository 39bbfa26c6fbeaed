#include "kernels/extremes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/denormals.h"
#include "base/random.h"
#include "base/winograd_tile.h"
#include "kernels/activation.h"
#include "kernels/conv_shape.h"
#include "kernels/family_run.h"
#include "kernels/placement.h"
#include "kernels/ref/ref.h"

namespace rt3d::tests {
namespace {

using kernels::Act;
using kernels::Activation;
using kernels::KernelFamily;
using kernels::Problem;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kMost = std::numeric_limits<float>::max();
constexpr double kTiny = 1e-36;  // what flushing denormals to zero may change, times a few

bool multiplies(const Problem& p) { return p.op == "Conv" || p.op == "Gemm"; }
bool averages(const Problem& p) { return p.op == "AveragePool" || p.op == "GlobalAveragePool"; }

// ---- inputs

float special(Data data, Random& random) {
  const float sign = random.below(2) == 0 ? 1.0f : -1.0f;
  if (data == Data::nans) return std::copysign(kNan, sign);  // x86-64 makes negative ones
  if (data == Data::infinities) return sign * kInfinity;
  constexpr std::array kHuge{3e38f, std::numeric_limits<float>::min(), 1e-40f, 0.0f};
  return sign * kHuge[static_cast<std::size_t>(random.below(kHuge.size()))];
}

// A few places: windows without any are to be left.
void add_specials(const Problem& p, Data data, std::span<float> values, Random& random) {
  if (data == Data::ordinary || data == Data::cancelling || values.empty()) return;
  const auto size = static_cast<std::int64_t>(values.size());
  const std::int64_t few = multiplies(p) ? std::min<std::int64_t>(size / 2000, 12) : size / 16;
  for (std::int64_t i = 0; i <= few; ++i)
    values[static_cast<std::size_t>(random.below(size))] = special(data, random);
}

Tensor operand(const Problem& p, std::size_t i, Data data, Random& random) {
  const TensorDesc& desc = p.inputs[i].desc;
  Tensor t = Tensor::allocate({DType::f32, desc.shape});
  const std::span<float> values = t.mutable_values<float>();
  const bool weights = p.inputs[i].constant;
  const float offset = data == Data::cancelling && !weights ? 1e4f : 0.0f;
  for (float& value : values) {
    value = offset + random.normal() * (weights && multiplies(p) ? 0.125f : 1.0f);
    const std::int64_t kind = random.below(64);
    if (kind == 0) value = random.below(2) == 0 ? 0.0f : -0.0f;
    if (kind == 1) value = 1e-40f;
  }
  if (data == Data::cancelling && weights)
    for (std::size_t k = 1; k < values.size(); k += 2) values[k] = -values[k - 1];
  if (!weights) add_specials(p, data, values, random);
  return t.converted(desc.dtype);
}

// ---- the reference's view

template <typename F>
Tensor mapped(const Tensor& t, F f) {
  if (t.byte_count() == 0 || t.dtype() != DType::f32) return t;
  Tensor out = Tensor::allocate(t.desc());
  const std::span<const float> from = t.values<float>();
  std::transform(from.begin(), from.end(), out.mutable_values<float>().begin(), f);
  return out;
}

template <typename F>
std::vector<Tensor> mapped(std::span<const Tensor> inputs, F f) {
  std::vector<Tensor> out;
  for (const Tensor& t : inputs) out.push_back(mapped(t, f));
  return out;
}

Tensor computed(const Problem& p, std::span<const Tensor> inputs) {
  return kernels::ref::compute(p, inputs.first(p.inputs.size())).at(0);
}

// The sum of products alone, with the weights of the spatial domain.
Problem plain(const Problem& p) {
  Problem sum = p;
  kernels::set_activation(sum.attributes, {});
  sum.attributes.erase(kernels::kWinogradAttribute);
  if (multiplies(p) && sum.inputs.size() > 4) sum.inputs.resize(4);
  return sum;
}

// Every weight as large as the largest of its kernel [oc][ic]: transforms mix the taps.
Tensor widened(const Tensor& weights) {
  Tensor out = Tensor::allocate(weights.desc());
  const std::int64_t taps = weights.shape().elements(2, weights.shape().rank());
  const float* from = weights.values<float>().data();
  float* to = out.mutable_values<float>().data();
  for (std::int64_t i = 0; i < weights.elements(); i += taps)
    std::fill_n(to + i, taps, *std::max_element(from + i, from + i + taps));
  return out;
}

// How many inputs that are not finite meet weights for which `counts` holds; the added tensor's own come in, the bias does not.
template <typename Counts>
Tensor reached(const Problem& p, std::span<const Tensor> inputs, Counts counts) {
  const Problem sum = plain(p);
  std::vector<Tensor> marks;
  for (std::size_t i = 0; i < sum.inputs.size(); ++i) {
    const bool weights = i == 1, bias = i == 2;
    marks.push_back(mapped(inputs[i], [&](float value) {
      if (bias) return 0.0f;
      return (weights ? counts(value) : !std::isfinite(value)) ? 1.0f : 0.0f;
    }));
  }
  return computed(sum, marks);
}

// ---- what a family promises

struct Promise {
  double error = 0;           // largest error relative to the magnitudes
  bool leaves_zeros = false;  // of weights: what they would be multiplied by does not count
  bool halves = false;        // inputs beyond 65504 count as that
  std::optional<WinogradTile> tile;
  bool groups_share = false;  // only zeros keep groups apart that lie in one block of channels
};

Promise promise(const KernelFamily& family, const Problem& p) {
  const std::string id(family.id());
  const auto has = [&](const char* part) { return id.find(part) != std::string::npos; };
  Promise promise;
  promise.leaves_zeros = has("sparse");
  promise.halves = has("conv.direct_f16");
  if (const auto at = id.find("winograd"); at != std::string::npos) {
    const auto from = id.find('.', at) + 1;
    promise.tile = find_winograd_tile(id.substr(from, id.find('.', from) - from));
  }
  promise.groups_share = (has("conv.direct") || has("conv.sparse")) && p.attributes.integer("group", 1) > 1;
  promise.error = has("conv.direct_f16") ? 5e-3 : has("f16") ? 1e-3 : promise.tile ? 2e-6 : 1e-6;
  return promise;
}

// Marks the outputs whose tile, or window over all channels, holds an input that is not finite or (`size`) takes the largest of the
// tile's values: what one output of a tile has, all of it may have.
struct Region {
  kernels::ConvShape s;
  std::int64_t t, h, w;  // outputs of a tile

  Region(const Problem& p, const Promise& promise) : s(kernels::conv_shape(p)), t(1), h(1), w(1) {
    if (!promise.tile) return;
    t = promise.tile->t;
    h = s.kh > 1 || s.oh > 1 ? promise.tile->s : 1;
    w = promise.tile->s;
  }

  // Outputs [first, last) along one dimension whose tiles' windows hold input i.
  static std::pair<std::int64_t, std::int64_t> reached(std::int64_t i, std::int64_t tile, std::int64_t out,
                                                       std::int64_t stride, std::int64_t pad,
                                                       std::int64_t dilation, std::int64_t kernel) {
    const std::int64_t step = tile * stride, window = (tile - 1) * stride + (kernel - 1) * dilation;
    const std::int64_t first = (std::max<std::int64_t>(0, i + pad - window) + step - 1) / step;
    return {std::min(out, first * tile), std::min(out, ((i + pad) / step + 1) * tile)};
  }

  std::vector<bool> not_finite(const Tensor& x) const {
    std::vector<bool> marks(static_cast<std::size_t>(s.n * s.od * s.oh * s.ow), false);
    const auto values = x.values<float>();
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (std::isfinite(values[at])) continue;
      const auto i = static_cast<std::int64_t>(at);
      const std::int64_t iw = i % s.iw, ih = i / s.iw % s.ih, id = i / s.iw / s.ih % s.id;
      const std::int64_t n = i / s.iw / s.ih / s.id / s.ic;
      const auto [d0, d1] = reached(id, t, s.od, s.sd, s.pd, s.dd, s.kd);
      const auto [h0, h1] = reached(ih, h, s.oh, s.sh, s.ph, s.dh, s.kh);
      const auto [w0, w1] = reached(iw, w, s.ow, s.sw, s.pw, s.dw, s.kw);
      for (std::int64_t od = d0; od < d1; ++od)
        for (std::int64_t oh = h0; oh < h1; ++oh)
          for (std::int64_t ow = w0; ow < w1; ++ow)
            marks[static_cast<std::size_t>(((n * s.od + od) * s.oh + oh) * s.ow + ow)] = true;
    }
    return marks;
  }

  // By output, all channels alike: the largest magnitude in its tile and those around it, whose windows overlap.
  std::vector<float> largest(const Tensor& magnitudes) const {
    std::vector<float> most(static_cast<std::size_t>(s.n * s.od * s.oh * s.ow), 0);
    const auto values = magnitudes.values<float>();
    const std::int64_t plane = s.od * s.oh * s.ow;
    for (std::size_t at = 0; at < values.size(); ++at) {
      const auto i = static_cast<std::int64_t>(at);
      const auto to = static_cast<std::size_t>(i / plane / s.oc * plane + i % plane);
      most[to] = std::max(most[to], values[at]);
    }
    spread(most, s.od, s.oh * s.ow, t);
    spread(most, s.oh, s.ow, h);
    spread(most, s.ow, 1, w);
    return most;
  }
  static void spread(std::vector<float>& values, std::int64_t count, std::int64_t stride, std::int64_t tile) {
    const std::vector<float> from = values;
    const auto size = static_cast<std::int64_t>(values.size());
    for (std::int64_t at = 0; at < size; ++at) {
      const std::int64_t i = at / stride % count, first = i / tile * tile - tile;
      for (std::int64_t k = std::max<std::int64_t>(0, first); k < std::min(count, first + 3 * tile); ++k)
        values[static_cast<std::size_t>(at)] = std::max(
            values[static_cast<std::size_t>(at)], from[static_cast<std::size_t>(at + (k - i) * stride)]);
    }
  }
  std::size_t index(std::size_t at) const {
    const std::int64_t plane = s.od * s.oh * s.ow, i = static_cast<std::int64_t>(at);
    return static_cast<std::size_t>(i / plane / s.oc * plane + i % plane);
  }
};

// How much an activation enlarges an error, and what it adds: of its value, and in itself.
struct Slope {
  double slope = 1, relative = 0, own = 0;
};
Slope slope(const Activation& a) {
  switch (a.act) {
    case Act::leaky_relu: return {std::max(1.0, std::fabs(static_cast<double>(a.alpha))), 1e-6, 0};
    case Act::sigmoid: return {0.25, 1e-6, 3e-7};
    case Act::tanh: return {1, 1e-6, 3e-7};
    case Act::hard_sigmoid: return {std::fabs(static_cast<double>(a.alpha)), 1e-6, 3e-7};
    case Act::hard_swish: return {1.5, 1e-6, 1e-6};
    case Act::swish: return {1.1, 1e-6, 0};
    default: return {};
  }
}

// ---- one element

class Judge {
 public:
  Judge(const Problem& p, const Promise& promise, const Extremes& e)
      : p_(p), promise_(promise), e_(e), act_(kernels::activation_of(p.attributes)), slope_(slope(act_)) {
    if (p.op != "Conv" || !(promise.tile || promise.groups_share)) return;
    region_.emplace(p, promise);
    marks_ = region_->not_finite(e.inputs[0]);
    if (promise.tile) largest_ = region_->largest(e.widened);
  }

  bool operator()(float got, std::size_t i, ExtremesCount& count) const {
    const float want = at(e_.want, i);
    if (multiplies(p_) ? !reached(i) : std::isfinite(want)) return judge_finite(got, i, count);
    ++count.not_finite;
    return multiplies(p_) ? judge_reached(got, i) : same(got, want);
  }

 private:
  static float at(const Tensor& t, std::size_t i) { return t.values<float>()[i]; }
  static bool same(float got, float want) {
    return got == want || (std::isnan(got) && std::isnan(want)) ||
           std::fabs(static_cast<double>(got) - want) <= 1e-6 * std::fabs(static_cast<double>(want)) + 1e-6;
  }
  bool reached(std::size_t i) const { return at(e_.reach, i) > 0 || (region_ && marks_[region_->index(i)]); }
  float magnitude_at(std::size_t i) const {
    if (e_.magnitudes.byte_count() == 0) return 0;
    return largest_.empty() ? at(e_.magnitudes, i) : largest_[region_->index(i)];
  }
  double allowed(float want, float magnitude) const {
    return slope_.slope * promise_.error * static_cast<double>(magnitude) +
           slope_.relative * std::fabs(static_cast<double>(want)) + slope_.own + kTiny;
  }
  bool close(float got, float want, float magnitude) const {
    return got == want || std::fabs(static_cast<double>(got) - want) <= allowed(want, magnitude);
  }
  // Of a sum whose window, or that of its tile, holds what is not finite.
  bool judge_reached(float got, std::size_t i) const {
    const bool exact = !promise_.tile && !promise_.leaves_zeros && !promise_.groups_share;
    const bool zeros_in_transform = promise_.leaves_zeros && p_.attributes.has(kernels::kWinogradAttribute);
    const bool must = at(promise_.leaves_zeros ? e_.multiplied : e_.reach, i) > 0;
    const bool saturated = e_.data == Data::infinities && promise_.leaves_zeros &&
                           (same(got, apply(act_, kInfinity)) || same(got, apply(act_, -kInfinity)));
    if (zeros_in_transform && (saturated || std::isnan(got))) return true;
    if (zeros_in_transform || !must)
      return (!exact && std::isnan(got)) || close(got, at(e_.finite, i), magnitude_at(i));
    if (e_.data == Data::nans) return std::isnan(got);
    return saturated || same(got, at(e_.want, i)) || (!exact && std::isnan(got));
  }
  bool judge_finite(float got, std::size_t i, ExtremesCount& count) const {
    const float want = at(e_.finite, i), magnitude = magnitude_at(i);
    // Transforms enlarge what they add up; a window's average divides its sum in the end.
    const float growth = promise_.tile || averages(p_) ? 1e4f : 1.01f;
    if (!(magnitude < kMost / growth)) {
      ++count.free;
      return true;
    }
    ++count.finite;
    if (magnitude > 0) {
      const double error = std::fabs(static_cast<double>(got) - want) - allowed(want, 0);
      count.largest_error =
          std::max(count.largest_error, error / slope_.slope / static_cast<double>(magnitude));
    }
    return close(got, want, magnitude);
  }

  const Problem& p_;
  const Promise& promise_;
  const Extremes& e_;
  Activation act_;
  Slope slope_;
  std::optional<Region> region_;
  std::vector<bool> marks_;
  std::vector<float> largest_;
};

Extremes expect(const Problem& p, Extremes e) {
  const DenormalsFlushed flushed;
  e.want = computed(p, e.inputs);
  e.finite = e.want;
  if (multiplies(p) || averages(p)) {
    const std::vector<Tensor> finite = mapped(e.inputs, [](float v) { return std::isfinite(v) ? v : 0.0f; });
    e.finite = computed(p, finite);
    std::vector<Tensor> absolute = mapped(finite, [](float v) { return std::fabs(v); });
    e.magnitudes = computed(plain(p), absolute);
    if (p.op == "Conv") {
      absolute[1] = widened(absolute[1]);
      e.widened = computed(plain(p), absolute);
    }
  }
  if (multiplies(p)) {
    e.reach = reached(p, e.inputs, [](float) { return true; });
    e.multiplied = reached(p, e.inputs, [](float w) { return w != 0; });
  }
  return e;
}

// What a family of halves makes of its input.
Extremes as_halves(const Problem& p, Extremes e) {
  static constexpr float kMostHalf = 65504;
  e.inputs[0] =
      mapped(e.inputs[0], [](float v) { return std::isnan(v) ? v : std::clamp(v, -kMostHalf, kMostHalf); });
  return expect(p, std::move(e));
}

std::string first_difference(const Problem& p, const Promise& promise, const Extremes& e, const Tensor& got,
                             ExtremesCount& count) {
  const Judge judge(p, promise, e);
  std::string text;
  for (std::size_t i = 0; i < static_cast<std::size_t>(got.elements()); ++i) {
    const float value = got.values<float>()[i];
    if (judge(value, i, count) || !text.empty()) continue;
    const auto of = [&](const Tensor& t) { return t.byte_count() == 0 ? kNan : t.values<float>()[i]; };
    text = cat("element ", i, " is ", value, ", expected ", of(e.want), " (", of(e.finite),
               " without what is not finite), magnitude ", of(e.magnitudes), ", reached by ", of(e.reach));
  }
  return text;
}

}  // namespace

std::string_view data_name(Data data) {
  constexpr std::array<std::string_view, 5> kNames{"ordinary", "cancelling", "nans", "infinities", "huge"};
  return kNames[static_cast<std::size_t>(data)];
}

Extremes extremes(const Problem& p, Data data, std::uint64_t seed) {
  Extremes e;
  e.data = data;
  e.seed = seed;
  Random random(seed);
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    e.inputs.push_back(p.inputs[i].absent ? Tensor() : operand(p, i, data, random));
  make_weights(p, seed, e.inputs);
  return expect(p, std::move(e));
}

void check_extremes(const KernelFamily& family, const Problem& p, const kernels::Schedule& schedule,
                    const kernels::Target& target, ThreadPool& pool, const Extremes& whole,
                    ExtremesCount& count) {
  ++count.checks;
  const Promise promised = promise(family, p);
  const Extremes& e = promised.halves ? as_halves(p, whole) : whole;
  const bool finite = e.data == Data::ordinary || e.data == Data::cancelling;
  std::string text;
  try {
    const FamilyRun run = run_family(family, p, schedule, target, pool, e.seed, whole.inputs,
                                     finite ? UnusedLanes::finite : UnusedLanes::anything);
    text = run.fault.empty() ? first_difference(p, promised, e, run.outputs.at(0), count) : run.fault;
  } catch (const Error& error) {
    text = cat("threw: ", error.what());
  }
  if (!text.empty()) ++count.failures;
  const std::string where =
      text.empty() ? ""
                   : cat(family.id(), " [", schedule.text(), "] on ", isa_name(target.device.isa), " with ",
                         data_name(e.data), ", seed ", e.seed, ": '", p.text(), "': ", text);
  CHECK_MESSAGE(text.empty(), where);
}

}  // namespace rt3d::tests
