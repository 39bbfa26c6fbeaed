#include "runtime/choosing/selection.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "runtime/choosing/copies.h"
#include "runtime/choosing/forms.h"
#include "runtime/choosing/selection_problem.h"
#include "runtime/choosing/views.h"
#include "runtime/planning/layout.h"
#include "runtime/planning/node_problem.h"
#include "with_env.h"

namespace rt3d::runtime {
namespace {

// Takes and gives layouts; is never compiled.
class LayoutFamily final : public kernels::KernelFamily {
 public:
  LayoutFamily(std::string id, kernels::Port takes, int gives)
      : id_(std::move(id)), takes_(takes), gives_(gives) {}
  std::string_view id() const override { return id_; }
  int version() const override { return 1; }
  bool supports(const kernels::Problem&, const kernels::Target&) const override { return true; }
  kernels::Ports ports(const kernels::Problem& p, const kernels::Target&) const override {
    return {std::vector<kernels::Port>(p.inputs.size(), takes_),
            std::vector<kernels::Port>(p.outputs.size(), {gives_, 0, 0})};
  }
  double estimate_ns(const kernels::Problem&, const kernels::Schedule&,
                     const kernels::Target&) const override {
    return 1;
  }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest&) const override { return nullptr; }

 private:
  std::string id_;
  kernels::Port takes_;
  int gives_;
};

const LayoutFamily kPlanar("planar", {1, 0, 0}, 1), kFramed("framed", {1, 1, 1}, 1),
    kBlocked("blocked", {8, 1, 1}, 8), kStem("stem", {1, 0, 0}, 8), kWide("wide", {16, 0, 0}, 16);

struct Setting {
  explicit Setting(const std::string& text) : graph(graph::parse_graph(text)) {
    for (const graph::Node& node : graph.nodes) {
      const bool kernel = view_kind(graph, node) == ViewKind::none;
      choice_of_node.push_back(kernel ? static_cast<int>(choices.size()) : -1);
      if (!kernel) continue;
      Choice& choice = choices.emplace_back();
      choice.problem = problem_of(graph, node);
      choice.text = node.name;
    }
    target.device.l2_bytes = 1 << 20;
    devices.emplace("cpu", target, pool);
  }

  Copies copies() const { return Copies(*devices); }

  void offer(std::size_t choice, const LayoutFamily& family, double time_ns, std::int64_t bytes = 0) {
    choices[choice].alternatives.push_back(
        {&family, &devices->host(), {}, Source::tuned, time_ns, bytes, false});
  }

  Selection run(std::int64_t limit = std::numeric_limits<std::int64_t>::max()) const {
    return select(graph, choices, choice_of_node, copies(), limit);
  }

  Plan plan_with(const std::vector<std::size_t>& alternatives, const std::vector<Form>& forms) const {
    Program program;
    Plan& plan = program.plan;
    plan.choices = choices;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      if (choice_of_node[i] >= 0)
        plan.choices[static_cast<std::size_t>(choice_of_node[i])].take(alternatives[i]);
    assign_layouts(program, graph, choice_of_node, forms, copies());
    return plan;
  }

  // What the plan made with these alternatives costs, its reorder steps priced one by one.
  double true_cost(const std::vector<std::size_t>& alternatives, const std::vector<Form>& forms) const {
    const Plan plan = plan_with(alternatives, forms);
    double cost = 0;
    for (const Choice& choice : plan.choices) cost += choice.uses * choice.time_ns;
    return cost;
  }

  // With concatenations in the better form.
  double best_cost(const std::vector<std::size_t>& alternatives) const {
    double best = std::numeric_limits<double>::infinity();
    for (int block : {1, 8}) {
      std::vector<Form> forms;
      for (const graph::Node& node : graph.nodes)
        forms.push_back(view_kind(graph, node) == ViewKind::concat ? form_of({block}) : Form{});
      best = std::min(best, true_cost(alternatives, forms));
    }
    return best;
  }

  template <typename Visit>
  void each_assignment(const Visit& visit) const {
    std::vector<std::size_t> alternatives(graph.nodes.size());
    for (;;) {
      visit(alternatives);
      std::size_t i = 0;
      for (; i < alternatives.size(); ++i) {
        if (choice_of_node[i] < 0) continue;
        if (++alternatives[i] < choices[static_cast<std::size_t>(choice_of_node[i])].alternatives.size())
          break;
        alternatives[i] = 0;
      }
      if (i == alternatives.size()) return;
    }
  }

  std::string taken(const Selection& selection) const {
    std::string text;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      if (choice_of_node[i] >= 0)
        text += std::string(choices[static_cast<std::size_t>(choice_of_node[i])]
                                .alternatives[selection.alternatives[i]]
                                .family->id()) +
                " ";
    return text;
  }

  graph::Graph graph;
  std::vector<Choice> choices;
  std::vector<int> choice_of_node;
  kernels::Target target{{.name = "fake"}, 1};
  ThreadPool pool{1};
  std::optional<Devices> devices;
};

const std::string kWideInput = "graph \"t\"\ninput x f32 1x16x4x8x8\n";
std::string relu(const std::string& out, const std::string& in) {
  return out + " f32 1x16x4x8x8 = Relu(" + in + ") \"" + out + "\"\n";
}
std::string add(const std::string& out, const std::string& a, const std::string& b) {
  return out + " f32 1x16x4x8x8 = Add(" + a + ", " + b + ") \"" + out + "\"\n";
}

// One conversion of such a value.
double conversion() {
  const Setting s(kWideInput + "output x\n");
  return s.copies().ns({1, 16, 4, 8, 8}, {}, {8, 0, 0});
}

}  // namespace

TEST_SUITE_BEGIN("runtime");

TEST_CASE("only another layout needs a copy, and larger values have a dearer one") {
  const Form planar, framed = form_of({1, 1, 1}), eights = form_of({8}), sixteens = form_of({16});
  const Form elsewhere = form_of({.space = kernels::Space::device});
  CHECK_FALSE(needs_copy({eights, false}, eights));
  CHECK_FALSE(needs_copy({planar, false}, framed));
  CHECK_FALSE(needs_copy({framed, false}, planar));
  CHECK(needs_copy({planar, true}, framed));
  CHECK(needs_copy({eights, false}, sixteens));
  CHECK(needs_copy({planar, false}, elsewhere));
  CHECK_FALSE(needs_copy({elsewhere, false}, elsewhere));
  const Form halves = form_of({.dtype = DType::f16});
  CHECK(needs_copy({planar, false}, halves));
  CHECK(needs_copy({form_of({.block = 8, .dtype = DType::f16}), false}, eights));
  CHECK_FALSE(needs_copy({halves, false}, halves));
  CHECK(plain_form({DType::f16, {2}}) == halves);
  CHECK(port_of(halves).dtype == DType::f16);
  ThreadPool pool(1);
  const Devices one("cpu", {{.name = "fake"}, 1}, pool), two("cpu", {{.name = "fake"}, 2}, pool);
  const Copies copies(one);
  const Shape small{1, 16, 4, 8, 8}, large{1, 16, 8, 8, 8};
  const kernels::Port eight{8, 0, 0}, sixteen{16, 0, 0};
  CHECK(copies.ns(small, eight, sixteen) > 0);
  CHECK(copies.ns(large, eight, sixteen) > copies.ns(small, eight, sixteen));
  CHECK(copies.ns(small, eight, sixteen) > Copies(two).ns(small, eight, sixteen));
  const kernels::Port integers{.dtype = DType::i64}, eight_halves{.block = 8, .dtype = DType::f16};
  CHECK(std::isinf(copies.ns({2, 3}, integers, eight)));
  CHECK(std::isinf(copies.ns(small, eight, eight_halves)));
  CHECK(std::isinf(copies.ns(small, {}, {.space = kernels::Space::device})));
  CHECK_THROWS_WITH_AS(copies.choice({2, 3}, integers, eight),
                       doctest::Contains("no kernel of the device 'cpu' computes Reorder"), Error);
  CHECK(port_of(framed) == kernels::Port{1, 1, 1});
  CHECK(form_of({8, 1, 1}) == form_of({8, 0, 0}));
}

TEST_CASE("neighbours agree on a layout unless a faster family pays for the conversion") {
  const double c = conversion();
  for (const double gain : {0.5 * c, 2.5 * c}) {
    Setting s(kWideInput + relu("a", "x") + relu("b", "a") + relu("y", "b") + "output y\n");
    s.offer(0, kPlanar, 100);
    s.offer(1, kBlocked, 100);
    s.offer(1, kPlanar, 100 + gain);
    s.offer(2, kPlanar, 100);
    CHECK(s.taken(s.run()) == (gain < 2 * c ? "planar planar planar " : "planar blocked planar "));
  }
}

TEST_CASE("a conversion that several readers share is paid once") {
  const double c = conversion();
  std::string text = kWideInput + relu("a", "x") + relu("b", "a") + relu("d", "a") + relu("e", "a");
  text += add("f", "b", "d") + add("y", "f", "e") + "output y\n";
  Setting s(text);
  s.offer(0, kPlanar, 0);
  for (std::size_t i : {1, 2, 3}) {
    s.offer(i, kBlocked, 0);
    s.offer(i, kPlanar, 0.5 * c);
  }
  for (std::size_t i : {4, 5}) s.offer(i, kBlocked, 0);
  const Selection selection = s.run();
  CHECK(s.taken(selection) == "planar blocked blocked blocked blocked blocked ");
  CHECK(selection.conversions_ns == doctest::Approx(2 * c));  // and the output
}

TEST_CASE("the selection's price of a graph is the plan's, and none is cheaper [slow: asan tsan aarch64]") {
  const std::vector<std::string> graphs = {
      relu("a", "x") + relu("b", "a") + add("c", "b", "a") + relu("d", "c") + add("y", "d", "c") +
          "output y\n",
      relu("a", "x") + relu("b", "x") + "c f32 1x32x4x8x8 = Concat(a, b) \"c\" axis=1\n" +
          "y f32 1x32x4x8x8 = Relu(c) \"y\"\noutput y\n",
      relu("a", "x") + "r f32 1x4096 = Reshape(a)\ny f32 1x4096 = Relu(r) \"y\"\n" + relu("z", "a") +
          "output y\noutput z\n",
      relu("a", "x") + "s f32 1x8x4x8x8 = Slice(a) axes=[1] starts=[8] steps=[1]\n" +
          "y f32 1x8x4x8x8 = Relu(s) \"y\"\noutput y\n",
      relu("a", "x") + relu("b", "x") + relu("d", "a") + relu("e", "a") + add("f", "d", "e") +
          add("y", "f", "b") + "output y\noutput b\n",
  };
  const std::vector<const LayoutFamily*> all{&kPlanar, &kBlocked, &kStem, &kFramed, &kWide};
  Random random(3);
  const double c = conversion();
  for (std::size_t g = 0; g < graphs.size(); ++g)
    for (int round = 0; round < 12; ++round) {
      Setting s(kWideInput + graphs[g]);
      for (std::size_t i = 0; i < s.choices.size(); ++i) {
        const bool flat = s.choices[i].problem.outputs[0].shape.rank() < 5;  // a row of 4096 channels: planar
        // Two block sizes in one concatenation or slice, are rare and priced roughly.
        const std::size_t most = flat ? 1 : g == 1 || g == 3 ? 3 : 5;
        for (std::size_t f = 0; f < most; ++f) {
          if (!flat && f > 0 && random.uniform(0, 1) < 0.3f) continue;
          s.offer(i, *all[f], random.uniform(0, 3) * c);
        }
      }
      const Selection selection = s.run();
      double least = std::numeric_limits<double>::infinity();
      s.each_assignment(
          [&](const auto& alternatives) { least = std::min(least, s.best_cost(alternatives)); });
      INFO("graph ", g, " round ", round, " took ", s.taken(selection), "\n",
           s.plan_with(selection.alternatives, selection.forms).text());
      CHECK(selection.kernels_ns + selection.conversions_ns ==
            doctest::Approx(s.true_cost(selection.alternatives, selection.forms)));
      CHECK(s.true_cost(selection.alternatives, selection.forms) == doctest::Approx(least));
    }
}

TEST_CASE("packed weights stay within the limit, at nearly the least cost that is possible") {
  Random random(5);
  double excess = 0;
  int tight = 0;
  for (int round = 0; round < 60; ++round) {
    Setting s(kWideInput + relu("a", "x") + relu("b", "a") + relu("c", "b") + relu("d", "c") +
              add("y", "d", "b") + "output y\n");
    for (std::size_t i = 0; i < s.choices.size(); ++i) {
      s.offer(i, kBlocked, 1e6, 100);
      s.offer(i, kBlocked, 1e6 * random.uniform(0.5f, 0.9f), 200 + random.below(100));
      s.offer(i, kBlocked, 1e6 * random.uniform(0.2f, 0.6f), 300 + random.below(600));
    }
    const std::int64_t limit = 500 + random.below(2500);
    const Selection selection = s.run(limit);
    CHECK(selection.packed_bytes <= limit);
    CHECK(selection.limit_bytes == limit);
    tight += selection.ns_per_byte > 0;
    double least = std::numeric_limits<double>::infinity();
    s.each_assignment([&](const auto& alternatives) {
      std::int64_t bytes = 0;
      for (std::size_t i = 0; i < alternatives.size(); ++i)
        bytes += s.choices[i].alternatives[alternatives[i]].packed_bytes;
      if (bytes <= limit) least = std::min(least, s.best_cost(alternatives));
    });
    const double cost = selection.kernels_ns + selection.conversions_ns;
    CHECK(cost >= least * 0.999999);
    CHECK(cost <= least + 0.8e6);  // one kernel's difference
    excess += cost / least - 1;
  }
  CHECK(tight > 30);
  CHECK(excess / 60 < 0.05);
}

TEST_CASE(
    "by default packed weights are at most three times the model's, and a limit that cannot be kept is "
    "refused") {
  const std::string text =
      "graph \"t\"\ninput x f32 1x16x4x8x8\nconst w f32 16x16x1x1x1\n"
      "y f32 1x16x4x8x8 = Conv(x, w) \"y\" strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1 group=1\n"
      "output y\n";
  const std::int64_t model = 16 * 16 * 4;
  Setting s(text);
  s.offer(0, kBlocked, 10, 4 * model);
  s.offer(0, kBlocked, 20, 3 * model);
  s.offer(0, kBlocked, 30, model);
  CHECK(s.run(0).alternatives[0] == 1);
  CHECK(s.run(0).limit_bytes == 3 * model);
  CHECK(s.run(4 * model).alternatives[0] == 0);
  CHECK(s.run(model).alternatives[0] == 2);
  CHECK_THROWS_WITH_AS(s.run(model - 1),
                       "the model's weights need at least 1024 bytes as packed; at most 1023 may be used. A "
                       "higher limit, or none, would do",
                       Error);
  s.choices[0].alternatives.resize(
      1);  // nothing leaner: the default gives way, for a session must be possible
  CHECK(s.run(0).packed_bytes == 4 * model);
}

TEST_CASE("small devices give packed weights an eighth of their memory") {
  constexpr std::int64_t kMiB = 1 << 20;
  CHECK(usual_weight_limit(300 * kMiB, 4096 * kMiB) == 512 * kMiB);
  CHECK(usual_weight_limit(300 * kMiB, 8192 * kMiB) == 900 * kMiB);
  CHECK(usual_weight_limit(300 * kMiB, 0) == 900 * kMiB);  // nobody knows how much there is
  Setting s(
      "graph \"t\"\ninput x f32 1x512x1x8x8\nconst w f32 512x512x1x1x1\n"
      "y f32 1x512x1x8x8 = Conv(x, w) \"y\" strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1 group=1\n"
      "output y\n");
  s.offer(0, kBlocked, 10, 3 * kMiB);
  s.offer(0, kBlocked, 20, kMiB);
  CHECK(s.run(0).alternatives[0] == 0);
  const WithEnv small("RT3D_MEMORY_MIB", "16");
  CHECK(s.run(0).limit_bytes == 2 * kMiB);
  CHECK(s.run(0).alternatives[0] == 1);
  CHECK(s.run(3 * kMiB).alternatives[0] == 0);  // a limit that was given holds
}

TEST_CASE("what is in reserve is taken only where the limit leaves nothing else") {
  Setting s(kWideInput + relu("a", "x") + relu("y", "a") + "output y\n");
  s.offer(0, kBlocked, 100, 500);
  s.offer(0, kPlanar, 100, 100);
  s.choices[0].alternatives[1].reserve = true;
  s.offer(1, kBlocked, 100, 500);
  CHECK(s.taken(s.run(1000)) == "blocked blocked ");
  CHECK(s.taken(s.run(999)) == "planar blocked ");
}

TEST_CASE("nodes of one problem may take different alternatives, and are counted once") {
  const double c = conversion();
  Setting s(kWideInput + relu("a", "x") + relu("b", "a") + relu("d", "b") + relu("y", "d") + "output y\n");
  s.choices.resize(2);  // a, b and y are one problem; d is another, and wants blocks
  s.choice_of_node = {0, 0, 1, 0};
  s.choices[0].uses = 3;
  s.choices[0].measurements = 7;
  s.offer(0, kPlanar, 1.4 * c);
  s.offer(0, kBlocked, 0.5 * c);
  s.offer(0, kStem, 1.45 * c);
  s.offer(1, kBlocked, 0);
  const Selection selection = s.run();
  CHECK(s.taken(selection) == "stem blocked blocked blocked ");
  apply(selection, s.choices, s.choice_of_node);
  CHECK(s.choice_of_node == std::vector<int>{0, 1, 2, 1});
  REQUIRE(s.choices.size() == 3);
  CHECK(s.choices[0].family == &kStem);
  CHECK(s.choices[0].uses == 1);
  CHECK(s.choices[1].family == &kBlocked);
  CHECK(s.choices[1].uses == 2);
  CHECK(s.choices[0].measurements + s.choices[1].measurements == 7);
}

TEST_CASE("alternatives and the price of conversions are logged for debugging") {
  Setting s(kWideInput + relu("y", "x") + "output y\n");
  s.offer(0, kBlocked, 100);
  s.offer(0, kPlanar, 200);
  std::string lines;
  set_log_sink([&](LogLevel, const std::string& text) { lines += text + "\n"; }, LogLevel::debug);
  s.run();
  set_log_sink({}, LogLevel::off);
  CHECK(lines.find("alternatives for y\n") != std::string::npos);
  CHECK(lines.find("blocked default (tuned)") != std::string::npos);
  CHECK(lines.find("conversions 0 ms") != std::string::npos);
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
