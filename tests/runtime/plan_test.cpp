#include "runtime/planning/plan.h"

#include <doctest/doctest.h>

#include <array>

#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "skip.h"

namespace rt3d::runtime {
namespace {

using test::PlannedGraph;

constexpr const char* kConv3 = "strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1";
constexpr const char* kConv1 = "strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1 group=1";

struct Case {
  const char* name;
  std::string text;
};

std::string conv(const std::string& out, const std::string& in, int oc, const char* how, const std::string& w,
                 const std::string& more = "") {
  return out + " f32 1x" + std::to_string(oc) + "x3x6x7 = Conv(" + in + ", " + w + more + ") " + how + "\n";
}

std::string weights(const std::string& name, int oc, int ic, int k) {
  const std::string ks = std::to_string(k);
  return "const " + name + " f32 " + std::to_string(oc) + "x" + std::to_string(ic) + "x" + ks + "x" + ks +
         "x" + ks + "\n";
}

const std::string kInput = "graph \"t\"\ninput x f32 1x5x3x6x7\n";

std::vector<Case> cases() {
  const std::string two = kInput + weights("wa", 32, 5, 3) + weights("wb", 16, 5, 1) +
                          conv("a", "x", 32, kConv3, "wa") + conv("b", "x", 16, kConv1, "wb");
  return {
      {"a residual block", kInput + weights("wa", 24, 5, 3) + weights("wb", 24, 24, 3) +
                               conv("a", "x", 24, kConv3, "wa") + conv("b", "a", 24, kConv3, "wb", ", -, a") +
                               conv("y", "b", 24, kConv3, "wb", ", -, b") + "output y\n"},
      {"branches that are concatenated in place", two + "y f32 1x48x3x6x7 = Concat(a, b) axis=1\n" +
                                                      weights("wc", 8, 48, 3) +
                                                      conv("z", "y", 8, kConv3, "wc") + "output z\n"},
      {"a concatenation that is an output, and so is a branch",
       two + "y f32 1x48x3x6x7 = Concat(a, b) axis=1\noutput y\noutput a\n"},
      {"a concatenation of odd channel counts",
       kInput + weights("wa", 6, 5, 3) + weights("wb", 16, 5, 1) + conv("a", "x", 6, kConv3, "wa") +
           conv("b", "x", 16, kConv1, "wb") + "y f32 1x22x3x6x7 = Concat(a, b) axis=1\n" +
           weights("wc", 8, 22, 3) + conv("z", "y", 8, kConv3, "wc") + "output z\n"},
      {"a concatenation of one value twice and the graph's input",
       two + "y f32 1x69x3x6x7 = Concat(a, a, x) axis=1\noutput y\n"},
      {"a concatenation within a concatenation",
       two + "c f32 1x48x3x6x7 = Concat(a, b) axis=1\n" + weights("wc", 16, 48, 3) +
           conv("d", "c", 16, kConv3, "wc") + "y f32 1x64x3x6x7 = Concat(d, c) axis=1\n" +
           weights("wd", 8, 64, 3) + conv("z", "y", 8, kConv3, "wd") + "output z\n"},
      {"slices of channels, on and off the blocks",
       two + weights("wc", 8, 16, 3) + "s f32 1x16x3x6x7 = Slice(a) axes=[1] starts=[16] steps=[1]\n" +
           "t f32 1x16x3x6x7 = Slice(a) axes=[1] starts=[3] steps=[1]\n" + conv("p", "s", 8, kConv3, "wc") +
           conv("q", "t", 8, kConv3, "wc") + "output p\noutput q\noutput t\n"},
      {"a slice of a concatenation that is concatenated again",
       two + "c f32 1x48x3x6x7 = Concat(a, b) axis=1\n" +
           "s f32 1x16x3x6x7 = Slice(c) axes=[1] starts=[32] steps=[1]\n" +
           "y f32 1x48x3x6x7 = Concat(s, a) axis=1\noutput y\n"},
      {"reshapes of a blocked value and of the input",
       two + "r f32 1x4032 = Reshape(a)\nk f32 1x5x126 = Reshape(x)\noutput r\noutput k\n"},
      {"pooling, global pooling and a fully connected layer",
       two +
           "p f32 1x32x2x3x4 = MaxPool(a) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x1x0x1 dilations=1x1x1\n"
           "g f32 1x32x1x1x1 = GlobalAveragePool(p)\nf f32 1x32 = Reshape(g)\nconst w f32 10x32\nconst v f32 "
           "10\n"
           "y f32 1x10 = Gemm(f, w, v)\noutput y\n"},
      {"elementwise operations between layouts",
       two + "s f32 1x16x3x6x7 = Slice(a) axes=[1] starts=[0] steps=[1]\nm f32 1x16x3x6x7 = Mul(s, b)\n"
             "y f32 1x16x3x6x7 = Add(m, b) act=relu\noutput y\n"},
      {"an output that is the input, and a constant",
       "graph \"t\"\ninput x f32 1x4\nconst c f32 3 = 1 2 3\noutput x\noutput c\n"},
  };
}

}  // namespace

TEST_SUITE_BEGIN("runtime");

TEST_CASE("a planned graph computes what its nodes compute one by one, on every device, run after run") {
  for (const Case& c : cases())
    for (const char* device : {"cpu", "reference"})
      for (int threads : {1, 2}) {
        PlannedGraph planned(c.text, device, threads);
        INFO(c.name, " on ", device, "\n", planned.plan.text());
        for (std::uint64_t seed : {1, 2}) {
          const std::vector<Tensor> inputs = test::random_inputs(planned.graph, seed * 100);
          const std::vector<Tensor> want = interpret(planned.graph, inputs);
          const std::vector<Tensor> got = planned.run(inputs);
          REQUIRE(got.size() == want.size());
          for (std::size_t i = 0; i < got.size(); ++i) CHECK(test::relative_error(got[i], want[i]) < 1e-5);
        }
      }
}

TEST_CASE("a batch of two is computed through concatenations and slices") {
  const std::string text =
      "graph \"t\"\ninput x f32 2x5x3x6x7\n" + weights("wa", 32, 5, 3) + weights("wb", 16, 5, 1) +
      "a f32 2x32x3x6x7 = Conv(x, wa) " + kConv3 + "\nb f32 2x16x3x6x7 = Conv(x, wb) " + kConv1 +
      "\nc f32 2x48x3x6x7 = Concat(a, b, x) axis=1\ns f32 2x16x3x6x7 = Slice(c) axes=[1] starts=[32] "
      "steps=[1]\n" +
      weights("wc", 8, 16, 3) + "y f32 2x8x3x6x7 = Conv(s, wc) " + kConv3 + "\noutput y\noutput s\n";
  std::string fixed = text;
  fixed.replace(fixed.find("2x48x"), 5, "2x53x");
  for (const char* device : {"cpu", "reference"}) {
    PlannedGraph planned(fixed, device);
    const std::vector<Tensor> inputs = test::random_inputs(planned.graph, 5);
    const std::vector<Tensor> want = interpret(planned.graph, inputs), got = planned.run(inputs);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(test::relative_error(got[i], want[i]) < 1e-5);
  }
}

TEST_CASE("aligned branches are concatenated without a copy") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const std::vector<Case> all = cases();
  PlannedGraph planned(all[1].text);
  INFO(planned.plan.text());
  CHECK(planned.reorders() == 2);  // the input and the output
  CHECK(planned.plan.steps.size() == 5);
}

TEST_CASE("one conversion serves every reader") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const std::string text = kInput + weights("wa", 16, 5, 3) + conv("a", "x", 16, kConv3, "wa") +
                           conv("b", "x", 16, kConv3, "wa") + "y f32 1x16x3x6x7 = Add(a, b)\noutput y\n";
  PlannedGraph planned(text);
  INFO(planned.plan.text());
  CHECK(planned.reorders() == 2);
  CHECK(planned.plan.kernels.size() == 2 + 2);  // the equal convolutions share one; two copies
  CHECK(planned.plan.choices.size() == 2 + 2);
  CHECK(planned.plan.choices[0].uses == 2);
}

TEST_CASE("the arena is smaller than the sum of all tensors") {
  std::string text = kInput + weights("wa", 5, 5, 3);
  std::string last = "x";
  for (int i = 0; i < 8; ++i) {
    const std::string next = "v" + std::to_string(i);
    text += conv(next, last, 5, kConv3, "wa");
    last = next;
  }
  PlannedGraph planned(text + "output " + last + "\n");
  CHECK(planned.plan.all_arenas_bytes() * 2 < planned.plan.tensor_bytes);
}

TEST_CASE("memory of integers is reused, too") {
  std::string text = "graph \"t\"\ninput x i64 4096\n";
  for (const char* line : {"a i64 4096 = Add(x, x)", "b i64 4096 = Mul(a, x)", "c i64 4096 = Add(b, x)",
                           "d i64 4096 = Mul(c, x)", "e i64 4096 = Add(d, x)", "output e"})
    text += line + std::string("\n");
  PlannedGraph planned(text);
  INFO(planned.plan.text());
  CHECK(planned.plan.all_arenas_bytes() < 4 * 4096 * 8);  // input, and two of the others by turns
  CHECK(planned.plan.tensor_bytes >= 6 * 4096 * 8);
}

TEST_CASE("scratch lies in the arena, beside everything that lives at its step") {
  std::string text =
      kInput + weights("wa", 64, 5, 3) + weights("wb", 64, 64, 3) + conv("a", "x", 64, kConv3, "wa");
  text += conv("b", "a", 64, kConv3, "wb") + conv("y", "b", 64, kConv3, "wb", ", -, a") + "output y\n";
  for (const char* device : {"cpu", "reference"}) {
    const PlannedGraph planned(text, device);
    const Plan& plan = planned.plan;
    INFO(plan.text());
    int used = 0, clashes = 0;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
      const int own = plan.steps[i].scratch, step = static_cast<int>(i);
      if (own == kNoStorage) continue;
      ++used;
      const Storage& mine = plan.storages[static_cast<std::size_t>(own)];
      CHECK(mine.bytes > 0);
      CHECK(mine.offset + mine.bytes <= plan.arena_bytes[0]);
      for (std::size_t j = 0; j < plan.storages.size(); ++j) {
        const Storage& other = plan.storages[j];
        clashes += static_cast<int>(j) != own && other.first_step <= step && step <= other.last_step &&
                   other.offset < mine.offset + mine.bytes && mine.offset < other.offset + other.bytes;
      }
    }
    CHECK(clashes == 0);
    if (this_device().isa != Isa::none || device == std::string("reference")) CHECK(used > 0);
  }
}

TEST_CASE("packed weights take what the alternatives said they would") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  for (const auto& [ic, oc, group] :
       {std::array{5, 24, 1}, std::array{3, 40, 1}, std::array{24, 72, 3}, std::array{64, 64, 1}}) {
    const std::string shape = "x3x6x7", i = std::to_string(ic), o = std::to_string(oc);
    PlannedGraph planned("graph \"t\"\ninput x f32 1x" + i + shape + "\nconst w f32 " + o + "x" +
                         std::to_string(ic / group) + "x3x3x3\ny f32 1x" + o + shape +
                         " = Conv(x, w) strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=" +
                         std::to_string(group) + "\noutput y\n");
    INFO(planned.plan.text());
    const std::int64_t said = planned.plan.choices[0].packed_bytes;
    const auto taken = static_cast<std::int64_t>(planned.executor->packed_bytes());
    CHECK(taken >= said);
    CHECK(taken <=
          said + 4 * (oc + 64) + 256);  // an estimate may leave out a padded bias and a vector of zeros
  }
}

TEST_CASE("the plan's text has one line per step with problem, family, schedule, source and layouts") {
  PlannedGraph planned(cases()[0].text, "reference");
  const std::string text = planned.plan.text();
  INFO(text);
  CHECK(text.find("# 3 steps, 2 kernels, arena ") == 0);
  CHECK(text.find("0 | Conv 1x5x3x6x7,c24x5x3x3x3 -> 1x24x3x6x7 ") != std::string::npos);
  CHECK(text.find(" | ref.any.cpu | default | only choice | @") != std::string::npos);
  CHECK(text.find(" planar -> @") != std::string::npos);
}

TEST_CASE("an operation that nobody computes is refused with the node's name and what is known") {
  const std::string text = "graph \"t\"\ninput x f32 1x4\ny f32 1x4 = Frobnicate(x) \"middle\"\noutput y\n";
  try {
    PlannedGraph planned(text);
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(error.code() == Code::unsupported);
    CHECK(std::string(error.what()).find("Frobnicate 'middle'") != std::string::npos);
    CHECK(std::string(error.what()).find(" Conv ") != std::string::npos);
  }
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
