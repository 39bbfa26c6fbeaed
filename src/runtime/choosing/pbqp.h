// Partitioned boolean quadratic programming: every variable takes one of its states; states have costs, and so have pairs of
// states of variables that an edge connects. Anderson and Gregg select the primitives of a network so ("Optimal DNN primitive
// selection with partitioned boolean quadratic programming", CGO 2018): variables are layers, states ways to compute them,
// edges the conversions between what one gives and the next takes.
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace rt3d::runtime {

// Costs by state of one variable (row) and of another (column).
class CostMatrix {
 public:
  CostMatrix(std::size_t rows, std::size_t columns) : columns_(columns), costs_(rows * columns) {}

  double& at(std::size_t row, std::size_t column) { return costs_[row * columns_ + column]; }
  double at(std::size_t row, std::size_t column) const { return costs_[row * columns_ + column]; }
  std::size_t rows() const { return costs_.size() / columns_; }
  std::size_t columns() const { return columns_; }

 private:
  std::size_t columns_;
  std::vector<double> costs_;
};

// Costs are at least 0; infinity forbids.
struct Pbqp {
  std::vector<std::vector<double>> costs;  // by variable, by state; never without a state
  std::map<std::pair<std::size_t, std::size_t>, CostMatrix>
      edges;  // first < second: rows are states of the first

  // Adds to the costs between two different variables; rows are states of `a`.
  void add(std::size_t a, std::size_t b, const CostMatrix& costs);
};

struct PbqpSolution {
  std::vector<std::size_t> states;  // by variable
  double cost = 0;                  // of all of them
  bool optimal = true;              // false: a heuristic decided somewhere
};

// A solution of least cost when variables of at most two neighbours keep turning up while such variables are eliminated: then
// every step is exact. That is so for chains, residual connections and branches that meet again. Otherwise a variable with many
// neighbours is decided by its own costs and the best that each neighbour alone can answer, and at the end single variables are
// changed while that helps.
PbqpSolution solve(const Pbqp& problem);

// For changing single variables of a solution.
class Neighbourhood {
 public:
  explicit Neighbourhood(const Pbqp& problem);  // which must outlive it
  // What each state of the variable would cost, its edges included, all others staying as they are.
  std::vector<double> costs(std::size_t variable, const std::vector<std::size_t>& states) const;
  std::vector<std::size_t> of(std::size_t variable) const;  // variables that share an edge with it

 private:
  const Pbqp& problem_;
  std::vector<std::vector<std::pair<std::size_t, CostMatrix>>>
      edges_;  // by variable: neighbour; rows are own states
};

double cost_of(const Pbqp& problem, const std::vector<std::size_t>& states);

}  // namespace rt3d::runtime
