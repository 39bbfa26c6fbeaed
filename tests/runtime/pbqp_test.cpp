#include "runtime/choosing/pbqp.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace rt3d::runtime {
namespace {

constexpr double kForbidden = std::numeric_limits<double>::infinity();

std::size_t pick(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random.below(static_cast<std::int64_t>(count)));
}

Pbqp random_states(Random& random, std::size_t variables) {
  Pbqp problem;
  for (std::size_t v = 0; v < variables; ++v) {
    std::vector<double> costs(1 + pick(random, 4));
    for (double& c : costs) c = std::floor(random.uniform(0, 20));
    problem.costs.push_back(costs);
  }
  return problem;
}

void connect(Pbqp& problem, Random& random, std::size_t a, std::size_t b, double forbidden_share = 0) {
  CostMatrix costs(problem.costs[a].size(), problem.costs[b].size());
  for (std::size_t s = 0; s < costs.rows(); ++s)
    for (std::size_t t = 0; t < costs.columns(); ++t)
      costs.at(s, t) =
          random.uniform(0, 1) < forbidden_share ? kForbidden : std::floor(random.uniform(0, 20));
  problem.add(a, b, costs);
}

double least_cost(const Pbqp& problem) {
  std::vector<std::size_t> states(problem.costs.size());
  double best = kForbidden;
  for (;;) {
    best = std::min(best, cost_of(problem, states));
    std::size_t v = 0;
    while (v < states.size() && ++states[v] == problem.costs[v].size()) states[v++] = 0;
    if (v == states.size()) return best;
  }
}

}  // namespace

TEST_SUITE_BEGIN("runtime");

TEST_CASE("a PBQP on a tree or a series-parallel graph is solved exactly") {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    Pbqp problem = random_states(random, 8);
    // A variable is connected with one before it, or with both ends of an edge before it: at most two neighbours remain.
    std::vector<std::pair<std::size_t, std::size_t>> edges;
    for (std::size_t v = 1; v < problem.costs.size(); ++v) {
      if (edges.empty() || round % 2 == 0) {
        const std::size_t to = pick(random, v);
        connect(problem, random, to, v);
        edges.emplace_back(to, v);
      } else {
        const auto [a, b] = edges[pick(random, edges.size())];
        connect(problem, random, v, a);
        connect(problem, random, b, v);
        edges.emplace_back(a, v);
        edges.emplace_back(b, v);
      }
    }
    const PbqpSolution solution = solve(problem);
    CHECK(solution.optimal);
    CHECK(solution.cost == least_cost(problem));
    CHECK(solution.cost == cost_of(problem, solution.states));
  }
}

TEST_CASE("a PBQP on a dense graph is solved nearly, and exactly where it says so") {
  Random random(12);
  int exact = 0;
  double excess = 0;
  const int rounds = 300;
  for (int round = 0; round < rounds; ++round) {
    Pbqp problem = random_states(random, 7);
    for (std::size_t a = 0; a < 7; ++a)
      for (std::size_t b = a + 1; b < 7; ++b)
        if (random.uniform(0, 1) < 0.5f) connect(problem, random, a, b);
    const PbqpSolution solution = solve(problem);
    const double least = least_cost(problem);
    if (solution.optimal) CHECK(solution.cost == least);
    CHECK(solution.cost >= least);
    exact += solution.optimal;
    excess += solution.cost / least - 1;
  }
  CHECK(exact > 0);
  CHECK(exact < rounds);
  CHECK(excess / rounds < 0.03);
}

TEST_CASE("forbidden pairs are avoided where elimination is exact") {
  Random random(13);
  for (int round = 0; round < 100; ++round) {
    Pbqp problem = random_states(random, 7);
    for (std::size_t v = 1; v < 7; ++v) connect(problem, random, v, v - 1, 0.3);
    connect(problem, random, 0, 6, 0.3);
    CHECK(solve(problem).cost == least_cost(problem));
  }
}

TEST_CASE("costs of an edge that is given twice add up, and directions do not matter") {
  Pbqp problem;
  problem.costs = {{0, 0}, {0, 0, 0}};
  CostMatrix costs(2, 3), transposed(3, 2);
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t t = 0; t < 3; ++t)
      costs.at(s, t) = transposed.at(t, s) = static_cast<double>(s * 3 + t + 1);
  problem.add(0, 1, costs);
  problem.add(1, 0, transposed);
  CHECK(problem.edges.size() == 1);
  CHECK(cost_of(problem, {1, 2}) == 12);
  CHECK(solve(problem).cost == 2);
  CHECK(solve(Pbqp{}).states.empty());
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
