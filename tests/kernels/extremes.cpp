#include "kernels/extremes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/denormals.h"
#include "base/random.h"
#include "kernels/activation.h"
#include "kernels/family_run.h"
#include "kernels/not_finite.h"
#include "kernels/ref/ref.h"

namespace rt3d::tests {
namespace {

using kernels::Problem;

// ---- inputs

float special(Data data, Random& random) {
  const float sign = random.below(2) == 0 ? 1.0f : -1.0f;
  if (data == Data::nans) return std::copysign(kNan, sign);  // x86-64 makes negative ones
  if (data == Data::infinities) return sign * kInfinity;
  constexpr std::array kHalfEnds{65504.0f, 65519.0f, 65520.0f, 1e5f, 6.1e-5f, 5e-6f, 3e-8f, 2e-8f};
  if (data == Data::half_ends)
    return sign * kHalfEnds[static_cast<std::size_t>(random.below(kHalfEnds.size()))];
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

Extremes expect(const Problem& p, Extremes e) {
  if (!multiplies(p)) e.kept = computed(p, e.inputs);
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

}  // namespace

bool multiplies(const Problem& p) { return p.op == "Conv" || p.op == "Gemm"; }
bool averages(const Problem& p) { return p.op == "AveragePool" || p.op == "GlobalAveragePool"; }

std::string_view data_name(Data data) {
  constexpr std::array<std::string_view, 6> kNames{"ordinary",   "cancelling", "nans",
                                                   "infinities", "huge",       "ends of halves"};
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

Extremes as_halves(const Problem& p, Extremes e) {
  static constexpr float kMostHalf = 65504;
  e.inputs[0] =
      mapped(e.inputs[0], [](float v) { return std::isnan(v) ? v : std::clamp(v, -kMostHalf, kMostHalf); });
  return expect(p, std::move(e));
}

Extremes stored_as_halves(const Problem& p, Extremes e) {
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    if (!p.inputs[i].constant)
      e.inputs[i] = mapped(e.inputs[i], [](float v) { return half_to_float(float_to_half(v)); });
  if (e.data == Data::huge || e.data == Data::half_ends) e.data = Data::infinities;
  return expect(p, std::move(e));
}

}  // namespace rt3d::tests
