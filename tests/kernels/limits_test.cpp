// The reference backend at the ends of a float's range, and with NaN: what PyTorch gives.
#include <doctest/doctest.h>

#include "base/denormals.h"
#include "kernels/activation_limits.h"
#include "kernels/tensors.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::tests {
namespace {

void check(const char* line, const std::vector<Tensor>& inputs, const std::vector<float>& want) {
  INFO(line);
  const std::vector<float> got = values<float>(ref(line, inputs));
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK_MESSAGE(is_limit(got[i], want[i]), i, ": ", got[i]);
}

}  // namespace

TEST_CASE("activations of the reference have PyTorch's limits and keep NaN") {
  const DenormalsFlushed flushed;
  for (const ActivationLimit& limit : kActivationLimits) {
    INFO(std::string(kernels::act_name(limit.activation.act)), " of ", limit.x);
    const float got = kernels::apply(limit.activation, limit.x);
    CHECK_MESSAGE(is_limit(got, limit.y), got);
    CHECK(std::isnan(kernels::apply(limit.activation, kNaN)));
    CHECK(std::isnan(kernels::apply(limit.activation, -kNaN)));
  }
}

TEST_CASE("maxima and minima of the reference are NaN where any of their numbers is") {
  for (const std::vector<float>& x : {std::vector<float>{kNaN, 1, 2}, {1, -kNaN, 2}, {1, 2, kNaN}}) {
    const Tensor t = f32({1, 1, 3}, x);
    check("MaxPool 1x1x3 -> 1x1x1 kernel_shape=[3] strides=[1] pads=0x0 dilations=[1]", {t}, {kNaN});
    for (const char* op : {"GlobalMaxPool", "GlobalAveragePool", "ReduceMax", "ReduceMin", "ReduceMean"})
      check((std::string(op) + " 1x1x3 -> 1x1x1" + (op[0] == 'R' ? " axes=[2]" : "")).c_str(), {t}, {kNaN});
    check("Softmax 1x1x3 -> 1x1x3", {t}, {kNaN, kNaN, kNaN});
  }
  const Tensor a = f32({3}, {kNaN, 1, 2}), b = f32({3}, {1, kNaN, 3});
  check("Max 3,3 -> 3", {a, b}, {kNaN, kNaN, 3});
  check("Min 3,3 -> 3", {a, b}, {kNaN, kNaN, 2});
}

TEST_CASE("a maximum of minus infinities is one, whatever pads it") {
  check("MaxPool 1x1x2 -> 1x1x2 kernel_shape=[3] strides=[1] pads=1x1 dilations=[1]",
        {f32({1, 1, 2}, {-kInf, -kInf})}, {-kInf, -kInf});
}

TEST_CASE("limits of Clip that are NaN or absent") {
  const Tensor x = f32({4}, {-kInf, 1, kNaN, kInf});
  check("Clip 4,scalar -> 4", {x, f32({}, {kNaN})}, {kNaN, kNaN, kNaN, kNaN});
  check("Clip 4,-,scalar -> 4", {x, Tensor(), f32({}, {kNaN})}, {kNaN, kNaN, kNaN, kNaN});
  check("Clip 4,scalar -> 4", {x, f32({}, {0})}, {0, 1, kNaN, kInf});
  check("Clip 4,-,scalar -> 4", {x, Tensor(), f32({}, {2})}, {-kInf, 1, kNaN, 2});
}

TEST_CASE("softmax of infinities is PyTorch's") {
  check("Softmax 3 -> 3", {f32({3}, {-kInf, 0, -kInf})}, {0, 1, 0});
  check("Softmax 2 -> 2", {f32({2}, {-kInf, -kInf})}, {kNaN, kNaN});
  check("Softmax 2 -> 2", {f32({2}, {kInf, 0})}, {kNaN, kNaN});
  check("Softmax 2 -> 2", {f32({2}, {3e38f, -3e38f})}, {1, 0});
}

}  // namespace rt3d::tests

TEST_SUITE_END();
