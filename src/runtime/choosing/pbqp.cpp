#include "runtime/choosing/pbqp.h"

#include <algorithm>
#include <limits>
#include <set>

namespace rt3d::runtime {
namespace {

CostMatrix transposed(const CostMatrix& m) {
  CostMatrix t(m.columns(), m.rows());
  for (std::size_t r = 0; r < m.rows(); ++r)
    for (std::size_t c = 0; c < m.columns(); ++c) t.at(c, r) = m.at(r, c);
  return t;
}

void sum(CostMatrix& into, const CostMatrix& m) {
  for (std::size_t r = 0; r < m.rows(); ++r)
    for (std::size_t c = 0; c < m.columns(); ++c) into.at(r, c) += m.at(r, c);
}

std::size_t cheapest(const std::vector<double>& costs) {
  return static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin());
}

class Solver {
 public:
  explicit Solver(const Pbqp& problem) : problem_(problem), rest_(problem), near_(problem.costs.size()) {
    for (const auto& [pair, costs] : problem.edges) {
      near_[pair.first].insert(pair.second);
      near_[pair.second].insert(pair.first);
    }
    rank_.resize(near_.size());
    for (std::size_t v = 0; v < near_.size(); ++v) left_.insert({rank_[v] = rank(v), v});
  }

  PbqpSolution run() {
    while (!left_.empty()) eliminate(left_.begin()->second);
    PbqpSolution solution;
    solution.states.assign(near_.size(), 0);
    for (auto e = eliminated_.rbegin(); e != eliminated_.rend(); ++e)
      solution.states[e->variable] = answer(*e, solution.states);
    solution.optimal = exact_;
    if (!exact_) polish(solution.states);
    solution.cost = cost_of(problem_, solution.states);
    return solution;
  }

 private:
  // What is needed to decide a variable once its neighbours are decided: its costs and edges when it left.
  struct Eliminated {
    std::size_t variable;
    std::vector<double> costs;
    std::vector<std::pair<std::size_t, CostMatrix>> edges;  // neighbour; rows are states of the variable
  };

  // The variable of the lowest rank keeps the problem simplest when it goes: a decided one, then one of few
  // neighbours, then, where only the heuristic is left, of many.
  std::size_t rank(std::size_t v) const {
    if (rest_.costs[v].size() == 1) return 0;
    const std::size_t degree = near_[v].size();
    return degree <= 2 ? degree : std::numeric_limits<std::size_t>::max() - degree;
  }

  void rank_again(std::size_t v) {
    left_.erase({rank_[v], v});
    left_.insert({rank_[v] = rank(v), v});
  }

  CostMatrix edge(std::size_t a, std::size_t b) const {
    return a < b ? rest_.edges.at({a, b}) : transposed(rest_.edges.at({b, a}));
  }

  void eliminate(std::size_t v) {
    Eliminated gone{v, rest_.costs[v], {}};
    for (std::size_t n : near_[v]) gone.edges.emplace_back(n, edge(v, n));
    if (gone.costs.size() > 1 && gone.edges.size() > 2) decide(gone);
    for (const auto& [n, costs] : gone.edges) {
      near_[n].erase(v);
      rest_.edges.erase(std::minmax(v, n));
    }
    near_[v].clear();
    left_.erase({rank_[v], v});
    if (gone.costs.size() == 1) {  // R0 and decided variables: what it costs each neighbour
      for (const auto& [n, costs] : gone.edges)
        for (std::size_t s = 0; s < rest_.costs[n].size(); ++s) rest_.costs[n][s] += costs.at(0, s);
    } else if (gone.edges.size() == 1) {
      reduce_one(gone);
    } else if (gone.edges.size() == 2) {
      reduce_two(gone);
    }
    for (const auto& [n, costs] : gone.edges) rank_again(n);
    eliminated_.push_back(std::move(gone));
  }

  // RI: the neighbour pays for the variable's best answer to each of its states.
  void reduce_one(const Eliminated& gone) {
    const auto& [n, costs] = gone.edges[0];
    for (std::size_t s = 0; s < costs.columns(); ++s) {
      double best = kForbidden;
      for (std::size_t i = 0; i < costs.rows(); ++i) best = std::min(best, gone.costs[i] + costs.at(i, s));
      rest_.costs[n][s] += best;
    }
  }

  // RII: likewise for each pair of the two neighbours' states.
  void reduce_two(const Eliminated& gone) {
    const auto& [n, first] = gone.edges[0];
    const auto& [m, second] = gone.edges[1];
    CostMatrix both(first.columns(), second.columns());
    for (std::size_t s = 0; s < both.rows(); ++s)
      for (std::size_t t = 0; t < both.columns(); ++t) {
        double best = kForbidden;
        for (std::size_t i = 0; i < gone.costs.size(); ++i)
          best = std::min(best, gone.costs[i] + first.at(i, s) + second.at(i, t));
        both.at(s, t) = best;
      }
    rest_.add(n, m, both);
    near_[n].insert(m);
    near_[m].insert(n);
  }

  // RN: keeps only the state that is cheapest when each neighbour answers it alone.
  void decide(Eliminated& gone) {
    exact_ = false;
    std::vector<double> outlook = gone.costs;
    for (const auto& [n, costs] : gone.edges)
      for (std::size_t i = 0; i < outlook.size(); ++i) {
        double best = kForbidden;
        for (std::size_t s = 0; s < costs.columns(); ++s)
          best = std::min(best, costs.at(i, s) + rest_.costs[n][s]);
        outlook[i] += best;
      }
    const std::size_t state = cheapest(outlook);
    decided_.emplace(gone.variable, state);
    gone.costs = {gone.costs[state]};
    for (auto& [n, costs] : gone.edges) {
      CostMatrix row(1, costs.columns());
      for (std::size_t s = 0; s < costs.columns(); ++s) row.at(0, s) = costs.at(state, s);
      costs = row;
    }
  }

  std::size_t answer(const Eliminated& gone, const std::vector<std::size_t>& states) const {
    if (const auto found = decided_.find(gone.variable); found != decided_.end()) return found->second;
    std::vector<double> costs = gone.costs;
    for (const auto& [n, matrix] : gone.edges)
      for (std::size_t i = 0; i < costs.size(); ++i) costs[i] += matrix.at(i, states[n]);
    return cheapest(costs);
  }

  // Changes single variables while that makes the whole cheaper.
  void polish(std::vector<std::size_t>& states) const {
    const Neighbourhood near(problem_);
    bool changed = true;
    for (int round = 0; changed && round < kPolishRounds; ++round) {
      changed = false;
      for (std::size_t v = 0; v < states.size(); ++v) {
        const std::vector<double> costs = near.costs(v, states);
        const std::size_t best = cheapest(costs);
        if (!(costs[best] < costs[states[v]])) continue;
        states[v] = best;
        changed = true;
      }
    }
  }

  static constexpr double kForbidden = std::numeric_limits<double>::infinity();
  static constexpr int kPolishRounds = 20;

  const Pbqp& problem_;
  Pbqp rest_;                                           // what is not eliminated yet
  std::vector<std::set<std::size_t>> near_;             // neighbours there
  std::vector<std::size_t> rank_;                       // of those left
  std::set<std::pair<std::size_t, std::size_t>> left_;  // rank and variable
  std::vector<Eliminated> eliminated_;
  std::map<std::size_t, std::size_t> decided_;  // by RN
  bool exact_ = true;
};

}  // namespace

void Pbqp::add(std::size_t a, std::size_t b, const CostMatrix& costs) {
  const CostMatrix given = a < b ? costs : transposed(costs);
  const auto [found, fresh] = edges.try_emplace(std::minmax(a, b), given);
  if (!fresh) sum(found->second, given);
}

Neighbourhood::Neighbourhood(const Pbqp& problem) : problem_(problem), edges_(problem.costs.size()) {
  for (const auto& [pair, costs] : problem.edges) {
    edges_[pair.first].emplace_back(pair.second, costs);
    edges_[pair.second].emplace_back(pair.first, transposed(costs));
  }
}

std::vector<double> Neighbourhood::costs(std::size_t variable, const std::vector<std::size_t>& states) const {
  std::vector<double> costs = problem_.costs[variable];
  for (const auto& [n, matrix] : edges_[variable])
    for (std::size_t s = 0; s < costs.size(); ++s) costs[s] += matrix.at(s, states[n]);
  return costs;
}

std::vector<std::size_t> Neighbourhood::of(std::size_t variable) const {
  std::vector<std::size_t> neighbours;
  for (const auto& [neighbour, matrix] : edges_[variable]) neighbours.push_back(neighbour);
  return neighbours;
}

PbqpSolution solve(const Pbqp& problem) { return Solver(problem).run(); }

double cost_of(const Pbqp& problem, const std::vector<std::size_t>& states) {
  double cost = 0;
  for (std::size_t v = 0; v < states.size(); ++v) cost += problem.costs[v][states[v]];
  for (const auto& [pair, costs] : problem.edges) cost += costs.at(states[pair.first], states[pair.second]);
  return cost;
}

}  // namespace rt3d::runtime
