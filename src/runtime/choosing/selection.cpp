#include "runtime/choosing/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <queue>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/memory_size.h"
#include "runtime/choosing/selection_problem.h"

namespace rt3d::runtime {
namespace {

using States = std::vector<std::size_t>;

constexpr std::int64_t kLimitTimesModel = 3, kShareOfMemory = 8;
constexpr int kBisections = 24;
constexpr int kDoublings = 64;

std::int64_t constant_bytes(const graph::Graph& graph, const std::vector<int>& choice_of_node) {
  std::set<graph::ValueId> constants;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (choice_of_node[i] >= 0)
      for (graph::ValueId id : graph.nodes[i].inputs)
        if (id != graph::kNoValue && graph.constant(id) != nullptr) constants.insert(id);
  std::int64_t bytes = 0;
  for (graph::ValueId id : constants) bytes += static_cast<std::int64_t>(graph.constant(id)->byte_count());
  return bytes;
}

// The fewest bytes that the allowed states of all nodes can need.
std::int64_t leanest_bytes(const SelectionProblem& problem) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < problem.packed_bytes.size(); ++i) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t s = 0; s < problem.packed_bytes[i].size(); ++s)
      if (std::isfinite(problem.pbqp.costs[i][s])) least = std::min(least, problem.packed_bytes[i][s]);
    if (!problem.packed_bytes[i].empty()) bytes += least;
  }
  return bytes;
}

class Fitting {
 public:
  Fitting(const SelectionProblem& problem, std::int64_t limit) : problem_(problem), limit_(limit) {}

  States run() {
    States states = solve(problem_.pbqp).states;
    if (problem_.bytes(states) <= limit_) return states;
    return spend_the_rest(cheapest_that_fits(states));
  }
  double ns_per_byte() const { return price_; }

 private:
  States at_price(double ns_per_byte) const {
    Pbqp priced = problem_.pbqp;
    for (std::size_t i = 0; i < problem_.packed_bytes.size(); ++i)
      for (std::size_t s = 0; s < problem_.packed_bytes[i].size(); ++s)
        priced.costs[i][s] += ns_per_byte * static_cast<double>(problem_.packed_bytes[i][s]);
    return solve(priced).states;
  }

  // As if bytes were all that counts: the limit of an infinite price.
  States leanest() const {
    Pbqp lean = problem_.pbqp;
    for (std::size_t i = 0; i < problem_.packed_bytes.size(); ++i) {
      const auto& bytes = problem_.packed_bytes[i];
      std::int64_t least = std::numeric_limits<std::int64_t>::max();
      for (std::size_t s = 0; s < bytes.size(); ++s)
        if (std::isfinite(lean.costs[i][s])) least = std::min(least, bytes[s]);
      for (std::size_t s = 0; s < bytes.size(); ++s)
        if (bytes[s] > least) lean.costs[i][s] = std::numeric_limits<double>::infinity();
    }
    return solve(lean).states;
  }

  States cheapest_that_fits(const States& free) {
    const double excess = static_cast<double>(problem_.bytes(free) - limit_);
    double low = 0, high = problem_.kernels_ns(free) / excess * 1e-3;
    States best;
    for (int i = 0; i < kDoublings && best.empty(); ++i, high *= 2) {
      price_ = high;
      States states = at_price(high);
      if (problem_.bytes(states) <= limit_)
        best = std::move(states);
      else
        low = high;
    }
    if (best.empty()) return leanest();
    for (int i = 0; i < kBisections; ++i) {
      const double middle = (low + price_) / 2;
      States states = at_price(middle);
      if (problem_.bytes(states) <= limit_) {
        price_ = middle;
        if (cost_of(problem_.pbqp, states) < cost_of(problem_.pbqp, best)) best = std::move(states);
      } else {
        low = middle;
      }
    }
    return best;
  }

  // What one node would gain by another state, others staying as they are.
  struct Move {
    double rate = 0;  // nanoseconds per byte; 0: nothing is gained, or nothing fits
    std::size_t node = 0, state = 0;
    bool operator<(const Move& other) const { return rate < other.rate; }
    bool operator==(const Move&) const = default;
  };
  Move best_move(std::size_t node, const Neighbourhood& near, const States& states, std::int64_t room) const {
    const auto& bytes = problem_.packed_bytes[node];
    const std::vector<double> costs = near.costs(node, states);
    Move best{.node = node};
    for (std::size_t s = 0; s < bytes.size(); ++s) {
      const std::int64_t more = bytes[s] - bytes[states[node]];
      const double gain = costs[states[node]] - costs[s];
      if (more > room || !(gain > 0)) continue;
      const double rate = gain / static_cast<double>(std::max<std::int64_t>(more, 1));
      if (rate > best.rate) best.rate = rate, best.state = s;
    }
    return best;
  }

  // Single nodes change to what gains most per byte while it fits. A move that is not what it was when it was put
  // into the queue is put there again as it is now: only a changed node and its neighbours are looked at again,
  // and all nodes where room was made.
  States spend_the_rest(States states) const {
    const Neighbourhood near(problem_.pbqp);
    std::int64_t room = limit_ - problem_.bytes(states);
    std::priority_queue<Move> moves;
    const auto consider = [&](std::size_t node) {
      if (node >= problem_.packed_bytes.size()) return;  // a value's layout
      if (const Move move = best_move(node, near, states, room); move.rate > 0) moves.push(move);
    };
    for (std::size_t i = 0; i < problem_.packed_bytes.size(); ++i) consider(i);
    while (!moves.empty()) {
      const Move move = moves.top();
      moves.pop();
      const Move now = best_move(move.node, near, states, room);
      if (now != move) {
        if (now.rate > 0 && !(move < now)) moves.push(now);  // what got better is in the queue already
        continue;
      }
      const auto& bytes = problem_.packed_bytes[move.node];
      const std::int64_t more = bytes[move.state] - bytes[states[move.node]];
      room -= more;
      states[move.node] = move.state;
      for (std::size_t i = 0; more < 0 && i < problem_.packed_bytes.size(); ++i)
        consider(i);  // there is room again
      consider(move.node);
      for (const std::size_t neighbour : near.of(move.node)) consider(neighbour);
    }
    return states;
  }

  const SelectionProblem& problem_;
  std::int64_t limit_;
  double price_ = 0;
};

void log_alternatives(const std::vector<Choice>& choices) {
  for (const Choice& choice : choices) {
    if (choice.alternatives.size() < 2) continue;
    std::string text;
    for (const Alternative& a : choice.alternatives)
      text += cat("\n  ", a.time_ns / 1e6, " ms, ", a.packed_bytes, " bytes packed: ", a.family->id(), " ",
                  a.schedule.text(), " (", source_name(a.source), a.reserve ? ", in reserve)" : ")");
    log(LogLevel::debug, "alternatives for ", choice.text, text);
  }
}

}  // namespace

std::int64_t usual_weight_limit(std::int64_t model_bytes, std::int64_t memory_bytes) {
  const std::int64_t of_model = kLimitTimesModel * model_bytes, of_memory = memory_bytes / kShareOfMemory;
  return memory_bytes > 0 ? std::min(of_model, of_memory) : of_model;
}

Selection select(const graph::Graph& graph, const std::vector<Choice>& choices,
                 const std::vector<int>& choice_of_node, const Copies& copies, std::int64_t weight_limit) {
  log_alternatives(choices);
  const std::int64_t model_bytes = constant_bytes(graph, choice_of_node);
  Selection selection;
  selection.limit_bytes = weight_limit > 0 ? weight_limit : usual_weight_limit(model_bytes, memory_size());
  SelectionProblem problem(graph, choices, choice_of_node, copies, false);
  if (leanest_bytes(problem) > selection.limit_bytes)
    problem = SelectionProblem(graph, choices, choice_of_node, copies, true);
  if (const std::int64_t least = leanest_bytes(problem); least > selection.limit_bytes) {
    if (weight_limit > 0)
      fail(Code::out_of_memory, "the model's weights need at least ", least, " bytes as packed; at most ",
           weight_limit, " may be used. A higher limit, or none, would do");
    selection.limit_bytes = least;
  }
  Fitting fitting(problem, selection.limit_bytes);
  const States states = fitting.run();
  selection.alternatives.assign(states.begin(),
                                states.begin() + static_cast<std::ptrdiff_t>(graph.nodes.size()));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (choice_of_node[i] < 0) selection.alternatives[i] = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    selection.forms.push_back(problem.forms[i].empty() ? Form{} : problem.forms[i][states[i]]);
  selection.kernels_ns = problem.kernels_ns(states);
  selection.conversions_ns = cost_of(problem.pbqp, states) - selection.kernels_ns;
  selection.packed_bytes = problem.bytes(states);
  selection.ns_per_byte = fitting.ns_per_byte();
  log(LogLevel::debug, "selection: kernels with a choice ", selection.kernels_ns / 1e6, " ms, conversions ",
      selection.conversions_ns / 1e6, " ms; packed weights ", selection.packed_bytes, " bytes of at most ",
      selection.limit_bytes, " (the model's: ", model_bytes, "), at a price of ", selection.ns_per_byte,
      " ns per byte");
  return selection;
}

void apply(const Selection& selection, std::vector<Choice>& choices, std::vector<int>& choice_of_node) {
  std::vector<Choice> taken;
  std::map<std::pair<int, std::size_t>, int> index_of;  // by choice and alternative
  std::set<int> seen;
  for (std::size_t i = 0; i < choice_of_node.size(); ++i) {
    const int choice = choice_of_node[i];
    if (choice < 0) continue;
    const std::size_t alternative = selection.alternatives[i];
    const auto [found, fresh] = index_of.try_emplace({choice, alternative}, static_cast<int>(taken.size()));
    choice_of_node[i] = found->second;
    if (!fresh) {
      ++taken[static_cast<std::size_t>(found->second)].uses;
      continue;
    }
    Choice next = choices[static_cast<std::size_t>(choice)];
    next.take(alternative);
    next.uses = 1;
    if (!seen.insert(choice).second) next.measurements = 0;  // they are counted once
    taken.push_back(std::move(next));
  }
  choices = std::move(taken);
}

}  // namespace rt3d::runtime
