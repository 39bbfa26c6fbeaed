// Code for in-order cores: the layout of loads among multiply-adds, on any host; and that both versions of a tile compute the same
// bits, where NEON runs.
#include "jit/asm/in_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "jit/tile/tile.h"
#include "skip.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {
namespace {

// What registers hold, as numbers that spell their history: equal numbers, equal histories.
struct Machine {
  struct Register {
    std::uint64_t low = 0, high = 0;
    bool operator==(const Register&) const = default;
  };
  std::array<Register, 32> vectors{};
  std::array<std::uint64_t, kTemporaries> temporaries{};
  std::array<std::uint64_t, kBlockRegisters - kFirstPointer> pointers{};

  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    return (a ^ (b + 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
  }
  void multiply(const BlockOp& op) {
    Register& to = vectors[static_cast<std::size_t>(op.to)];
    const Register a = vectors[static_cast<std::size_t>(op.a)], b = vectors[static_cast<std::size_t>(op.b)];
    to.low = mix(mix(to.low, a.low), b.low);
    to.high = mix(mix(to.high, a.high), b.high);
  }
  std::uint64_t half_in_memory(const BlockOp& op, int half) const {
    return mix(pointers[static_cast<std::size_t>(op.a - kFirstPointer)], static_cast<std::uint64_t>(half));
  }
  void move_pointer(const BlockOp& op) {
    if (op.to < 0) return;
    std::uint64_t& to = pointers[static_cast<std::size_t>(op.to - kFirstPointer)];
    to = mix(to, 1);
  }
  void run(const Issue& issue, const BlockOp& op) {
    if (issue.kind == Issue::other) return move_pointer(op);
    Register& to = vectors[static_cast<std::size_t>(op.to)];
    std::uint64_t& temporary = temporaries[static_cast<std::size_t>(issue.temporary)];
    if (issue.kind == Issue::multiply) multiply(op);
    if (issue.kind == Issue::low_half) to = {half_in_memory(op, 0), 0};  // clears the upper half
    if (issue.kind == Issue::high_half) temporary = half_in_memory(op, 1);
    if (issue.kind == Issue::insert) to.high = temporary;
  }
  // An operation as its generator gave it.
  void run(const BlockOp& op) {
    if (op.kind == BlockOp::multiply) multiply(op);
    if (op.kind == BlockOp::load)
      vectors[static_cast<std::size_t>(op.to)] = {half_in_memory(op, 0), half_in_memory(op, 1)};
    if (op.kind == BlockOp::other) move_pointer(op);
  }
};

std::vector<BlockOp> random_block(Random& random) {
  std::vector<BlockOp> ops;
  const std::int64_t count = 1 + random.below(120), registers = 3 + random.below(29),
                     loads_of_ten = random.below(11);
  const auto any = [&] { return static_cast<int>(random.below(registers)); };
  for (std::int64_t i = 0; i < count; ++i) {
    const int pointer = kFirstPointer + static_cast<int>(random.below(kBlockRegisters - kFirstPointer));
    if (random.below(10) < loads_of_ten)
      ops.push_back({BlockOp::load, any(), pointer});
    else if (random.below(10) == 0)
      ops.push_back({BlockOp::other, random.below(2) ? pointer : -1, pointer});
    else
      ops.push_back({BlockOp::multiply, any(), any(), any()});
  }
  return ops;
}

TileShape tile_shape(int rows, int vecs, int depth) {
  TileShape t;
  t.vecs = vecs;
  t.depth = depth;
  for (int r = 0; r < rows; ++r) {
    t.a_rows.push_back(r * 16 * depth);
    t.c_rows.push_back(r * 16);
  }
  t.c_vec = rows * 16;
  return t;
}

// The lines of the loop with the most multiply-adds.
std::vector<std::string> hot_loop(const std::string& listing) {
  std::vector<std::string> lines, best;
  std::stringstream in(listing);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const auto multiplies = [](const std::vector<std::string>& part) {
    return std::count_if(part.begin(), part.end(),
                         [](const std::string& l) { return l.starts_with("fmla"); });
  };
  for (std::size_t end = 0; end < lines.size(); ++end) {
    if (!lines[end].starts_with("b.ne ")) continue;
    const std::string label = lines[end].substr(5, lines[end].find(' ', 5) - 5) + ":";
    const auto start = std::find(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(end), label);
    const std::vector<std::string> loop(start + 1, lines.begin() + static_cast<std::ptrdiff_t>(end) + 1);
    if (multiplies(loop) > multiplies(best)) best = loop;
  }
  return best;
}

// A loop on a core that issues one multiply-add and one other instruction per cycle, as far as counting goes.
struct Slots {
  int multiplies = 0, others = 0, unpaired = 0;
  explicit Slots(const std::vector<std::string>& loop) {
    int since = 1;  // others since the last multiply-add; the loop's own start pairs with nothing
    for (const std::string& line : loop) {
      if (line.starts_with("fmla")) {
        ++multiplies;
        since = 0;
      } else {
        ++others;
        unpaired += ++since > 1;
      }
    }
  }
};

}  // namespace

TEST_CASE("a stretch laid out for in-order cores computes what it did in the order given") {
  Random random(7);
  for (int round = 0; round < 3000; ++round) {
    const std::vector<BlockOp> ops = random_block(random);
    Machine given, laid_out;
    for (std::size_t p = 0; p < given.pointers.size(); ++p)
      given.pointers[p] = laid_out.pointers[p] = p * 1000;
    for (std::size_t r = 0; r < 32; ++r) given.vectors[r] = laid_out.vectors[r] = {r * 77 + 5, r * 91 + 3};
    for (const BlockOp& op : ops) given.run(op);
    const std::vector<Issue> issues = lay_out_in_order(ops);
    for (const Issue& issue : issues) laid_out.run(issue, ops[static_cast<std::size_t>(issue.op)]);
    const auto loads = static_cast<std::size_t>(
        std::count_if(ops.begin(), ops.end(), [](const BlockOp& op) { return op.kind == BlockOp::load; }));
    REQUIRE_MESSAGE(given.vectors == laid_out.vectors, "round ", round);
    REQUIRE(given.pointers == laid_out.pointers);
    REQUIRE(issues.size() == ops.size() + 2 * loads);
  }
}

TEST_CASE("loads that have time are spread behind multiply-adds one piece at a time") {
  // Four independent multiply-adds on v0..v3, then ever new operands with twelve multiply-adds' notice.
  std::vector<BlockOp> ops;
  ops.reserve(18);
  for (int i = 0; i < 12; ++i) ops.push_back({BlockOp::multiply, i % 4, 4, 5});
  for (int i = 0; i < 3; ++i) ops.push_back({BlockOp::load, 6 + i, kFirstPointer});
  for (int i = 0; i < 3; ++i) ops.push_back({BlockOp::multiply, i, 6 + i, 5});
  const std::vector<Issue> issues = lay_out_in_order(ops);
  for (std::size_t i = 1; i < issues.size(); ++i)
    CHECK((issues[i].kind == Issue::multiply || issues[i - 1].kind == Issue::multiply));
}

TEST_CASE("the in-order version of a tile loads halves and hides them behind multiply-adds") {
  struct Row {
    int rows, vecs, ahead_lines;
    double most_unpaired;  // of all multiply-adds
  };
  for (const Row& row :
       {Row{8, 2, 0, 0.13}, Row{6, 3, 0, 0.13}, Row{5, 4, 0, 0.13}, Row{4, 4, 0, 0.13}, Row{6, 3, 8, 0.13}}) {
    TileShape shape = tile_shape(row.rows, row.vecs, 16);
    shape.ahead_lines = row.ahead_lines;
    const auto text = [&](CoreKind core) {
      return list(
                 Isa::neon, [&](Asm& as) { emit_tile(as, shape); }, core)
          .text;
    };
    const std::vector<std::string> loop = hot_loop(text(CoreKind::in_order));
    REQUIRE(!loop.empty());
    for (const std::string& line : loop) {
      CHECK_MESSAGE(!line.starts_with("ldr q"), line);
      CHECK_MESSAGE(!line.starts_with("ldur q"), line);
      CHECK_MESSAGE(!line.starts_with("ldp q"), line);
    }
    const Slots slots(loop);
    MESSAGE(row.rows, " x ", row.vecs, " vectors: ", slots.multiplies, " multiply-adds, ", slots.others,
            " others, ", slots.unpaired, " beside none");
    CHECK(slots.multiplies == row.rows * row.vecs * 16);
    CHECK(slots.others <= slots.multiplies);
    CHECK(slots.unpaired <= row.most_unpaired * slots.multiplies);
    CHECK(Slots(hot_loop(text(CoreKind::big))).multiplies == slots.multiplies);
  }
}

TEST_CASE("both versions of a tile compute the same bits") {
  if (!isa_runs_here(Isa::neon)) RT3D_SKIP("this CPU has no NEON");
  const char* before = std::getenv("RT3D_UARCH");
  const std::string kept = before ? before : "";
  setenv("RT3D_UARCH", "both", 1);
  Random random(11);
  for (int rows : {1, 3, 8})
    for (int vecs : {1, 2})
      for (int depth : {3, 4, 16, 21}) {
        const TileShape shape = tile_shape(rows, vecs, depth);
        const auto code = tile(Isa::neon, shape);
        const auto floats = [&](int count) {
          std::vector<float> values(static_cast<std::size_t>(count));
          for (float& v : values) v = random.uniform(-1, 1);
          return values;
        };
        const std::vector<float> a = floats(rows * 4 * depth * 4 + 64), w = floats(2 * depth * vecs * 4 + 64),
                                 bias = floats(vecs * 4);
        const Unit units[] = {{0, 0}, {64, depth * vecs * 16}};
        std::vector<float> results[2];
        for (CoreKind core : {CoreKind::big, CoreKind::in_order}) {
          std::vector<float>& c = results[static_cast<int>(core)];
          c.assign(static_cast<std::size_t>(rows) * static_cast<std::size_t>(vecs) * 4, 0.0f);
          const TileArgs args{a.data(), units, 2, w.data(), c.data(), bias.data(), nullptr, kFinish, nullptr};
          current_core = core;
          code->call(&args);
          current_core = CoreKind::big;
        }
        CHECK_MESSAGE(
            std::memcmp(results[0].data(), results[1].data(), results[0].size() * sizeof(float)) == 0,
            shape.name());
        CHECK(std::any_of(results[0].begin(), results[0].end(), [](float v) { return v != 0; }));
      }
  if (before)
    setenv("RT3D_UARCH", kept.c_str(), 1);
  else
    unsetenv("RT3D_UARCH");
}

}  // namespace rt3d::jit

TEST_SUITE_END();
