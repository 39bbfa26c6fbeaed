// Plans of one session: what they share, and that each run takes a newer one whole or not at all.
#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <set>
#include <thread>

#include "graph/model.h"
#include "kernels/ref/ref.h"
#include "kernels/sparsity.h"
#include "runtime/current_plan.h"
#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"
#include "sanitizers.h"
#include "skip.h"
#include "with_env.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

constexpr const char* kSwapNet =
    "graph \"net\"\n"
    "input x f32 ?x16x4x12x12\n"
    "const w1 f32 16x16x3x3x3\nconst b1 f32 16\n"
    "a = Conv(x, w1, b1) \"first\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "const w2 f32 32x16x3x3x3\n"
    "c = Conv(a, w2) \"second\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 kernel_shape=3x3x3\n"
    "g = GlobalAveragePool(c)\n"
    "f = Flatten(g) axis=1\n"
    "const w3 f32 40x32\nconst b3 f32 40\n"
    "y = Gemm(f, w3, b3) \"classifier\" transB=1\n"
    "output y\n";

SessionOptions swap_options(int threads, std::int64_t batch = 1) {
  SessionOptions options;
  options.threads = threads;
  options.tuning.mode = tuner::Mode::off;
  options.tune_later = true;
  options.weight_limit = std::int64_t{1} << 30;  // small layers may take any method
  options.input_shapes["x"] = Shape{batch, 16, 4, 12, 12};
  return options;
}

#if defined(RT3D_ADDRESS_SANITIZER) || defined(RT3D_THREAD_SANITIZER)
constexpr int kSwaps = 100;
#else
constexpr int kSwaps = 1000;
#endif

struct SwapInput {
  explicit SwapInput(const graph::Graph& model, std::int64_t batch = 1)
      : values(Tensor::allocate({DType::f32, Shape{batch, 16, 4, 12, 12}})) {
    std::uint64_t state = 7;
    for (float& v : values.mutable_values<float>()) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      v = static_cast<float>(state >> 40) / static_cast<float>(1 << 23) - 1;
    }
    graph::Graph oracle = model;
    graph::specialize(oracle, {{"x", values.shape()}}, reference_evaluator());
    want = interpret(oracle, {&values, 1})[0];
  }
  double error_of(const Prepared& plan) const {
    Tensor got = Tensor::allocate(want.desc());
    std::memcpy(got.mutable_data(), plan.output(0), got.bytes().size());
    return test::relative_error(got, want);
  }
  Tensor values, want;
};

// The layer's choice in the plan.
const Choice& choice_named(const Prepared& plan, const std::string& name) {
  for (const Step& step : plan.plan.steps)
    if (step.name == name && step.node >= 0) return plan.plan.choice_of(step);
  FAIL("no step ", name);
  throw Error(Code::internal, "no step");
}

tuner::Row row_of(const Prepared& plan, const Choice& choice, const Alternative& way, double time_ns) {
  return {.device = plan.target.device.fingerprint(),
          .threads = plan.target.threads,
          .problem = choice.text,
          .family = std::string(way.family->id()),
          .version = way.family->version(),
          .schedule = way.schedule.text(),
          .time_ns = time_ns,
          .default_ns = time_ns,
          .rigor = tuner::kFull};
}

// Two ways to compute the layer, of which the database says now this and now that one is faster.
struct TurningLayer {
  TurningLayer(Prepared& first, const std::string& name) : db(*first.platform->db) {
    const Choice& choice = choice_named(first, name);
    REQUIRE(choice.alternatives.size() > 1);
    db.store(row_of(first, choice, choice.alternatives[0], kMiddleNs));
    changing = row_of(first, choice, choice.alternatives[1], kMiddleNs * 1.5);
    db.store(changing);
  }
  void turn() {
    tuner::Row row = changing;
    row.time_ns = row.default_ns = changing.time_ns > kMiddleNs ? kMiddleNs / 1.5 : kMiddleNs * 1.5;
    db.store(row, changing);
    changing = row;
  }

  static constexpr double kMiddleNs = 1e7;
  tuner::TuningDb& db;
  tuner::Row changing;
};

void run_plan(Prepared& plan) {
  plan.start();
  plan.wait();
}

std::shared_ptr<Prepared> first_plan(const graph::Graph& model, const SessionOptions& options) {
  return std::make_shared<Prepared>(model, options);
}

}  // namespace

TEST_CASE(
    "a session that is not asked for more keeps neither graph nor database nor what plans would share") {
  const graph::Graph model = graph::parse_graph(kSwapNet);
  SessionOptions options = swap_options(1);
  options.tune_later = false;
  const Prepared plan(model, options);
  CHECK_FALSE(plan.form->graph.has_value());
  CHECK(plan.platform->db == nullptr);
  CHECK(plan.platform->stock == nullptr);
  for (const Constants& constants : plan.program.constants) CHECK(constants.empty());
}

TEST_CASE("a newer plan compiles and packs what differs, and computes the same") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kSwapNet);
  const SessionOptions options = swap_options(2);
  const SwapInput input(model);
  CurrentPlan current(first_plan(model, options));
  CHECK(Prepared::newer_than(current.now(), options) == nullptr);  // nothing new is known
  TurningLayer layer(current.now(), "second");
  layer.turn();
  const std::shared_ptr<Prepared> newer = Prepared::newer_than(current.now(), options);
  REQUIRE(newer != nullptr);
  CHECK(choice_named(*newer, "second").family->id() == layer.changing.family);
  const auto& before = current.now().program.kernels;
  std::set<const kernels::Kernel*> old;
  for (const auto& kernel : before) old.insert(kernel.get());
  std::size_t shared = 0;
  for (const Step& step : newer->plan.steps)
    if (step.name == "classifier")
      shared += old.contains(newer->program.kernels[static_cast<std::size_t>(step.kernel)].get());
  CHECK(shared == 1);
  CHECK(newer->program.kernels.size() > shared);

  current.now().set_input(0, input.values.bytes());
  run_plan(current.now());
  CHECK(input.error_of(current.now()) < 2e-5);
  current.offer(newer);
  CHECK(current.waiting());
  CHECK(current.now().output(0) != nullptr);  // until the next run begins
  REQUIRE(current.take());
  CHECK_FALSE(current.take());
  CHECK(&current.now() == newer.get());
  run_plan(current.now());  // with the inputs as they were set
  CHECK(input.error_of(current.now()) < 2e-5);
}

TEST_CASE("a plan that is swapped a thousand times beside runs: every run is right [slow: aarch64]") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kSwapNet);
  const SessionOptions options = swap_options(2);
  const SwapInput input(model);
  CurrentPlan current(first_plan(model, options));
  TurningLayer layer(current.now(), "second");
  current.now().set_input(0, input.values.bytes());
  std::shared_ptr<Prepared> latest = current.shared();
  std::atomic<int> offered = 0;
  std::atomic<bool> done = false;
  std::thread tuner([&] {
    ThreadPool own(1);
    while (offered < kSwaps) {
      layer.turn();
      std::shared_ptr<Prepared> newer = Prepared::newer_than(*latest, options, &own);
      if (newer == nullptr) break;
      latest = newer;
      current.offer(std::move(newer));
      ++offered;
      while (current.waiting()) std::this_thread::yield();
    }
    done = true;
  });
  int taken = 0;
  double worst = 0;
  while (!done) {
    taken += current.take();
    run_plan(current.now());
    worst = std::max(worst, input.error_of(current.now()));
  }
  tuner.join();
  CHECK(offered == kSwaps);
  CHECK(taken == kSwaps);
  CHECK(worst < 2e-5);
}

// A layer for every method that packs weights.
constexpr const char* kPackingNet =
    "graph \"net\"\n"
    "input x f32 ?x16x4x12x12\n"
    "const w1 f32 32x16x3x3x3\nconst b1 f32 32\n"
    "a = Conv(x, w1, b1) \"conv\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "const w2 f32 32x1x3x3x3\n"
    "c = Conv(a, w2) \"depthwise\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=32 "
    "kernel_shape=3x3x3\n"
    "g = GlobalAveragePool(c)\n"
    "f = Flatten(g) axis=1\n"
    "const w3 f32 64x32\nconst b3 f32 64\n"
    "y = Gemm(f, w3, b3) \"classifier\" transB=1\n"
    "output y\n";

// Groups of gM x 4 channels keep a quarter of their positions, in all weights that are no depthwise convolution's; 0: none goes.
graph::Graph packing_net(int gm) {
  graph::Graph model = graph::parse_graph(kPackingNet);
  for (graph::Node& node : model.nodes) {
    if (gm == 0 || node.name.empty() || node.name == "depthwise") continue;
    graph::Value& weights = model.value(node.inputs[1]);
    Tensor values = test::random_tensor(weights.desc, 1);
    kernels::prune(values, kernels::random_pattern(values.shape(), kernels::Scheme::kgs, gm, 4, 0.25, 2));
    weights.constant = std::move(values);
  }
  return model;
}

// Of two plans whose layers compute in the same way, the families whose kernels pack; all of them share.
std::set<std::string> sharing_families(const Prepared& one, const Prepared& two) {
  std::set<std::string> families;
  for (std::size_t i = 0; i < one.plan.kernels.size(); ++i) {
    const kernels::Kernel &a = *one.program.kernels[i], &b = *two.program.kernels[i];
    const Choice& choice = one.plan.choice_of(one.plan.kernels[i]);
    const Choice& other = two.plan.choice_of(two.plan.kernels[i]);
    const std::string id(choice.family->id());
    if (choice.family != other.family || choice.schedule.text() != other.schedule.text()) continue;
    INFO(id, " ", choice.schedule.text());
    if (id.starts_with("fc.sparse") && a.packing_key() != b.packing_key())
      continue;  // fewer outputs beside more rows
    CHECK(a.packing_key() == b.packing_key());
    CHECK(a.packed() == b.packed());
    if (!a.packed()) continue;
    CHECK(!a.packing_key().empty());
    families.insert(id.substr(0, id.find('.', id.find('.') + 1)));
  }
  return families;
}

TEST_CASE("plans for two shapes share packed weights, whatever packed them") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  std::set<std::string> sharing;
  for (const int gm : {0, 8, 16}) {
    CAPTURE(gm);
    const graph::Graph model = packing_net(gm);
    const SwapInput one(model, 1), two(model, 2);
    const SessionOptions first = swap_options(2, 1), second = swap_options(2, 2);
    const Prepared any(model, first);
    std::set<std::string> families;
    for (const char* layer : {"conv", "depthwise", "classifier"})
      for (const Alternative& way : choice_named(any, layer).alternatives) families.emplace(way.family->id());
    for (const std::string& family : families) {
      INFO(family);
      const WithEnv force("RT3D_FORCE", family);
      const auto platform = std::make_shared<Platform>(first);
      Prepared small(platform, std::make_shared<NormalForm>(model, first), first);
      Prepared large(platform, std::make_shared<NormalForm>(model, second), second);
      REQUIRE(small.plan.kernels.size() == large.plan.kernels.size());
      sharing.merge(sharing_families(small, large));
      small.set_input(0, one.values.bytes());
      large.set_input(0, two.values.bytes());
      run_plan(large);
      CHECK(two.error_of(large) < 2e-5);
      run_plan(small);
      CHECK(one.error_of(small) < 2e-5);
    }
  }
  for (const char* family : {"conv.direct", "conv.depthwise", "conv.winograd", "conv.sparse",
                             "conv.winograd_sparse", "fc.dot", "fc.sparse"}) {
    CAPTURE(family);
    CHECK(sharing.contains(family));
  }
}

TEST_CASE("constants are the same where their values are, however they came about") {
  const Tensor a = Tensor::of<float>(DType::f32, Shape{2, 2}, std::vector<float>{1, 2, 3, 4});
  const Tensor b = Tensor::of<float>(DType::f32, Shape{2, 2}, std::vector<float>{1, 2, 3, 4});
  const Tensor c = Tensor::of<float>(DType::f32, Shape{2, 2}, std::vector<float>{1, 2, 3, 5});
  CHECK(same_constants({a, {}}, {b, {}}));
  CHECK_FALSE(same_constants({a}, {c}));
  CHECK_FALSE(same_constants({a}, {a, a}));
  CHECK_FALSE(same_constants({a, {}}, {a, b}));
  CHECK_FALSE(same_constants({a}, {a.reshaped(Shape{4})}));
  CHECK(same_constants({a.rows_scaled({2, 3})}, {a.rows_scaled({2, 3})}));
  CHECK_FALSE(same_constants({a.rows_scaled({2, 3})}, {a.rows_scaled({2, 4})}));
  CHECK_FALSE(same_constants({a.rows_scaled({2, 3})}, {a}));
}

TEST_CASE("the stock holds nothing that no plan uses") {
  const KernelSpec spec;
  Choice choice;
  choice.family = &kernels::ref::family();
  KernelStock stock;
  {
    const auto packed = std::make_shared<const int>(1);
    stock.add_packed("key", {}, packed);
    CHECK(stock.packed("key", {}) == packed);
    CHECK(stock.packed("other", {}) == nullptr);
  }
  CHECK(stock.packed("key", {}) == nullptr);
  CHECK(stock.find(choice, spec, {}) == nullptr);
}

}  // namespace rt3d::runtime
