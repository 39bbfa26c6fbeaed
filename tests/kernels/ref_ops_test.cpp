// The other operators of the reference backend against values worked out by hand, and what they refuse.
#include <doctest/doctest.h>

#include <cmath>

#include "kernels/tensors.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::tests {
namespace {

using Ints = std::vector<std::int64_t>;
using Floats = std::vector<float>;
using Bools = std::vector<std::uint8_t>;

bool refused(const char* line) { return !kernels::ref::family().supports(kernels::parse_problem(line), {}); }

}  // namespace

TEST_CASE("arithmetic broadcasts and fuses an activation") {
  const Tensor a = f32({2, 3}, {1, 2, 3, -4, 5, -6});
  const Tensor b = f32({2, 1}, {10, -1});
  CHECK(values<float>(ref("Add 2x3,2x1 -> 2x3 act=relu", {a, b})) == Floats{11, 12, 13, 0, 4, 0});
  CHECK(values<float>(ref("Sub 2x1,2x3 -> 2x3", {b, a})) == Floats{9, 8, 7, 3, -6, 5});
  CHECK(values<float>(ref("Mul 2x3,c3 -> 2x3", {a, f32({3}, {1, 0, -1})})) == Floats{1, 0, -3, -4, 0, 6});
  CHECK(values<float>(ref("Div 2x3,cscalar -> 2x3", {a, f32({}, {2})})) == Floats{0.5, 1, 1.5, -2, 2.5, -3});
  CHECK(values<float>(ref("Pow 3,scalar -> 3", {f32({3}, {1, 2, -3}), f32({}, {2})})) == Floats{1, 4, 9});
  CHECK(refused("Add 2x3,2x2 -> 2x3"));
  CHECK(refused("Add 2x3,2x3:i64 -> 2x3"));
}

TEST_CASE("integers divide towards zero, wrap around and refuse zero") {
  const Ints numbers{7, -7, std::numeric_limits<std::int64_t>::min()};
  CHECK(values<std::int64_t>(ref("Div 3:i64,3:i64 -> 3:i64", {i64({3}, numbers), i64({3}, {2, 2, -1})})) ==
        Ints{3, -3, std::numeric_limits<std::int64_t>::min()});
  CHECK(values<std::int64_t>(ref("Mod 3:i64,3:i64 -> 3:i64", {i64({3}, numbers), i64({3}, {3, 3, -1})})) ==
        Ints{1, 2, 0});
  CHECK(values<std::int64_t>(ref("Mod 3:i64,3:i64 -> 3:i64 fmod=1",
                                 {i64({3}, numbers), i64({3}, {3, 3, -1})})) == Ints{1, -1, 0});
  CHECK(values<std::int64_t>(ref("Pow 3:i64,3:i64 -> 3:i64",
                                 {i64({3}, {3, -1, 2}), i64({3}, {4, -3, -1})})) == Ints{81, -1, 0});
  for (const char* op : {"Div", "Mod"})
    CHECK_THROWS_AS(ref(std::string(op) + " 1:i64,1:i64 -> 1:i64", {i64({1}, {1}), i64({1}, {0})}), Error);
}

TEST_CASE("comparisons and logic give bools") {
  const Tensor a = i64({3}, {1, 2, 3}), b = i64({}, {2});
  CHECK(values<std::uint8_t>(ref("Equal 3:i64,scalar:i64 -> 3:bool", {a, b})) == Bools{0, 1, 0});
  CHECK(values<std::uint8_t>(ref("Less 3:i64,scalar:i64 -> 3:bool", {a, b})) == Bools{1, 0, 0});
  CHECK(values<std::uint8_t>(ref("Greater 3:i64,scalar:i64 -> 3:bool", {a, b})) == Bools{0, 0, 1});
  const Tensor p = boolean({3}, {0, 1, 1}), q = boolean({3}, {0, 0, 1});
  CHECK(values<std::uint8_t>(ref("And 3:bool,3:bool -> 3:bool", {p, q})) == Bools{0, 0, 1});
  CHECK(values<std::uint8_t>(ref("Or 3:bool,3:bool -> 3:bool", {p, q})) == Bools{0, 1, 1});
  CHECK(values<std::uint8_t>(ref("Not 3:bool -> 3:bool", {p})) == Bools{1, 0, 0});
  CHECK(values<std::int64_t>(ref("Where 3:bool,3:i64,scalar:i64 -> 3:i64", {p, a, b})) == Ints{2, 2, 3});
}

TEST_CASE("extrema take any number of inputs and clip takes limits both ways") {
  const Tensor x = f32({4}, {-2, -1, 1, 2});
  CHECK(values<float>(ref("Max 4,scalar,scalar -> 4", {x, f32({}, {-1}), f32({}, {0.5})})) ==
        Floats{0.5, 0.5, 1, 2});
  CHECK(values<float>(ref("Min 4 -> 4", {x})) == values<float>(x));
  CHECK(values<float>(ref("Clip 4 -> 4 max=1.0 min=-1.0", {x})) == Floats{-1, -1, 1, 1});
  CHECK(values<float>(ref("Clip 4,-,scalar -> 4", {x, Tensor(), f32({}, {0})})) == Floats{-2, -1, 0, 0});
}

TEST_CASE("functions of one element") {
  const Tensor x = f32({3}, {-1.5, 0.25, 4});
  CHECK(values<float>(ref("Floor 3 -> 3", {x})) == Floats{-2, 0, 4});
  CHECK(values<float>(ref("Ceil 3 -> 3", {x})) == Floats{-1, 1, 4});
  CHECK(values<float>(ref("Neg 3 -> 3", {x})) == Floats{1.5, -0.25, -4});
  CHECK(values<float>(ref("Abs 3 -> 3", {x})) == Floats{1.5, 0.25, 4});
  CHECK(values<float>(ref("Sqrt 2 -> 2", {f32({2}, {4, 9})})) == Floats{2, 3});
  CHECK(values<float>(ref("Reciprocal 3 -> 3", {x}))[1] == 4);
  CHECK(values<float>(ref("Exp 3 -> 3", {x}))[1] == doctest::Approx(std::exp(0.25)));
  CHECK(values<float>(ref("Log 1 -> 1", {f32({1}, {3})}))[0] == doctest::Approx(std::log(3.0)));
  CHECK(values<float>(ref("Erf 3 -> 3", {x}))[1] == doctest::Approx(std::erf(0.25)));
  CHECK(values<std::int64_t>(ref("Cast 3 -> 3:i64", {x})) == Ints{-1, 0, 4});
}

TEST_CASE("shapes are told and made") {
  const Tensor x = f32({2, 3}, {0, 1, 2, 3, 4, 5});
  CHECK(values<std::int64_t>(ref("Shape 2x3 -> 2:i64", {x})) == Ints{2, 3});
  CHECK(values<std::int64_t>(ref("Shape 2x3 -> 1:i64 start=-1", {x})) == Ints{3});
  CHECK(values<std::int64_t>(ref("Size 2x3 -> scalar:i64", {x})) == Ints{6});
  CHECK(values<float>(ref("Reshape 2x3,2:i64 -> 3x2", {x, i64({2}, {3, -1})})) == values<float>(x));
  CHECK(refused("Reshape 2x3 -> 5"));
  CHECK(values<std::int64_t>(ref("Range scalar:i64,scalar:i64,scalar:i64 -> 3:i64",
                                 {i64({}, {5}), i64({}, {-1}), i64({}, {-2})})) == Ints{5, 3, 1});
  CHECK_THROWS_AS(
      ref("Range scalar:i64,scalar:i64,scalar:i64 -> 3:i64", {i64({}, {0}), i64({}, {9}), i64({}, {0})}),
      Error);
  CHECK(values<std::int64_t>(ref("ConstantOfShape 1:i64 -> 2:i64 value=7", {i64({1}, {2})})) == Ints{7, 7});
}

TEST_CASE("slices come in three forms") {
  const Tensor x = i64({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(values<std::int64_t>(ref("Slice 2x4:i64 -> 2x2:i64 axes=[1] starts=[1] steps=[2]", {x})) ==
        Ints{1, 3, 5, 7});
  CHECK(values<std::int64_t>(ref("Slice 2x4:i64 -> 1x2:i64 axes=0x1 ends=9x-1 starts=1x-3", {x})) ==
        Ints{5, 6});
  const std::string by_inputs = "Slice 2x4:i64,1:i64,1:i64,1:i64,1:i64 -> ";
  CHECK(values<std::int64_t>(ref(by_inputs + "2x4:i64", {x, i64({1}, {-1}), i64({1}, {-100}), i64({1}, {1}),
                                                         i64({1}, {-1})})) == Ints{3, 2, 1, 0, 7, 6, 5, 4});
  CHECK_THROWS_AS(ref(by_inputs + "2x4:i64", {x, i64({1}, {1}), i64({1}, {4}), i64({1}, {1}), i64({1}, {1})}),
                  Error);
  CHECK_THROWS_AS(ref(by_inputs + "2x4:i64", {x, i64({1}, {0}), i64({1}, {4}), i64({1}, {1}), i64({1}, {0})}),
                  Error);
  CHECK(refused("Slice 2x4 -> 2x2 axes=[1] starts=[3] steps=[1]"));
}

TEST_CASE("elements move by concatenation, splitting, transposition, expansion, tiling and gathering") {
  const Tensor x = i64({2, 2}, {0, 1, 2, 3}), y = i64({2, 1}, {8, 9});
  CHECK(values<std::int64_t>(ref("Concat 2x2:i64,2x1:i64 -> 2x3:i64 axis=1", {x, y})) ==
        Ints{0, 1, 8, 2, 3, 9});
  CHECK(refused("Concat 2x2,3x1 -> 2x3 axis=1"));
  const auto halves =
      kernels::ref::compute(kernels::parse_problem("Split 2x2:i64 -> 2x1:i64,2x1:i64 axis=1"), {{x}});
  CHECK(values<std::int64_t>(halves.at(0)) == Ints{0, 2});
  CHECK(values<std::int64_t>(halves.at(1)) == Ints{1, 3});
  CHECK(values<std::int64_t>(ref("Transpose 2x2:i64 -> 2x2:i64 perm=1x0", {x})) == Ints{0, 2, 1, 3});
  CHECK(refused("Transpose 2x2 -> 2x2 perm=1x1"));
  CHECK(values<std::int64_t>(ref("Expand 2x1:i64,2:i64 -> 2x2:i64", {y, i64({2}, {2, 2})})) ==
        Ints{8, 8, 9, 9});
  CHECK(values<std::int64_t>(ref("Tile 2x1:i64,2:i64 -> 2x2:i64", {y, i64({2}, {1, 2})})) ==
        Ints{8, 8, 9, 9});
  CHECK(values<std::int64_t>(ref("Gather 2x2:i64,1:i64 -> 2x1:i64 axis=1", {x, i64({1}, {-1})})) ==
        Ints{1, 3});
  CHECK(values<std::int64_t>(ref("Gather 2x2:i64,scalar:i64 -> 2:i64", {x, i64({}, {1})})) == Ints{2, 3});
  CHECK_THROWS_AS(ref("Gather 2x2:i64,scalar:i64 -> 2:i64", {x, i64({}, {2})}), Error);
}

TEST_CASE("padding fills, mirrors and repeats, and negative pads crop") {
  const Tensor x = f32({3}, {1, 2, 3});
  CHECK(values<float>(ref("Pad 3 -> 6 pads=1x2 value=9.0", {x})) == Floats{9, 1, 2, 3, 9, 9});
  CHECK(values<float>(ref("Pad 3 -> 7 mode=reflect pads=2x2", {x})) == Floats{3, 2, 1, 2, 3, 2, 1});
  CHECK(values<float>(ref("Pad 3 -> 5 mode=edge pads=1x1", {x})) == Floats{1, 1, 2, 3, 3});
  CHECK(values<float>(ref("Pad 3 -> 2 pads=-1x0", {x})) == Floats{2, 3});
  CHECK(values<float>(ref("Pad 3,2:i64,scalar -> 4", {x, i64({2}, {0, 1}), f32({}, {5})})) ==
        Floats{1, 2, 3, 5});
  CHECK(refused("Pad 3 -> 5 pads=1x0"));
  CHECK(refused("Pad 3 -> 4 mode=wrap pads=1x0"));
}

TEST_CASE("reductions keep or drop axes, and mean of nothing is not a number") {
  const Tensor x = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(values<float>(ref("ReduceMean 2x3 -> 2x1 axes=[1] keepdims=1", {x})) == Floats{2, 5});
  CHECK(values<float>(ref("ReduceSum 2x3,1:i64 -> 3 keepdims=0", {x, i64({1}, {0})})) == Floats{5, 7, 9});
  CHECK(values<float>(ref("ReduceProd 2x3 -> 1x1", {x})) == Floats{720});
  CHECK(values<float>(ref("ReduceMax 2x3 -> 2 axes=[-1] keepdims=0", {x})) == Floats{3, 6});
  CHECK(values<float>(ref("ReduceSum 2x3 -> 2x3 noop_with_empty_axes=1", {x})) == values<float>(x));
  CHECK(std::isnan(values<float>(ref("ReduceMean 1x0 -> 1x1 axes=[1]", {f32({1, 0}, {})}))[0]));
  CHECK(values<float>(ref("GlobalAveragePool 1x2x3 -> 1x2x1", {f32({1, 2, 3}, {1, 2, 3, 4, 5, 6})})) ==
        Floats{2, 5});
  CHECK(values<float>(ref("GlobalMaxPool 1x2x3 -> 1x2x1", {f32({1, 2, 3}, {1, 2, 3, 4, 5, 6})})) ==
        Floats{3, 6});
}

TEST_CASE("tensors without elements pass through every kind of operator") {
  const Tensor none = f32({0, 3}, {});
  for (const char* line :
       {"Relu 0x3 -> 0x3", "Reshape 0x3 -> 3x0", "Transpose 0x3 -> 3x0", "Pad 0x3 -> 0x3 pads=0x0x0x0",
        "Slice 0x3 -> 0x2 axes=[1] starts=[0]", "Softmax 0x3 -> 0x3", "Gemm 0x3,c2x3 -> 0x2"}) {
    std::vector<Tensor> inputs{none};
    if (std::string_view(line).starts_with("Gemm")) inputs.push_back(f32({2, 3}, {1, 2, 3, 4, 5, 6}));
    CHECK(ref(line, inputs).elements() == 0);
  }
  CHECK(ref("Conv 0x1x4,c2x1x3 -> 0x2x2", {f32({0, 1, 4}, {}), f32({2, 1, 3}, {1, 2, 3, 4, 5, 6})})
            .elements() == 0);
}

TEST_CASE("inputs must be as the problem says") {
  const Tensor x = f32({2}, {1, 2});
  CHECK_THROWS_AS(ref("Relu 3 -> 3", {x}), Error);
  CHECK_THROWS_AS(ref("Relu 2 -> 2", {x, x}), Error);
  CHECK_THROWS_AS(ref("NoSuchOp 2 -> 2", {x}), Error);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
