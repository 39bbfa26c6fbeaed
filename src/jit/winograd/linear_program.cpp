#include "jit/winograd/linear_program.h"

#include <algorithm>
#include <cmath>

namespace rt3d::jit {
namespace {

bool is(double x, double y) { return std::abs(x - y) < 1e-12; }

// How one row or column relates to another: equal, or negative, or a mixture of both, or in no such way.
struct Likeness {
  bool same = false, negated = false, other = false;
};
template <typename First, typename Second>
Likeness compare(const std::vector<int>& at, const First& first, const Second& second) {
  Likeness l;
  for (int i : at) {
    if (is(first(i), 0) && is(second(i), 0)) continue;
    if (is(first(i), second(i)))
      l.same = true;
    else if (is(first(i), -second(i)))
      l.negated = true;
    else
      l.other = true;
  }
  return l;
}

std::vector<int> range(int first, int last) {
  std::vector<int> out;
  for (int i = first; i < last; ++i) out.push_back(i);
  return out;
}

}  // namespace

LinearProgram::LinearProgram(const LinearMap& original, const std::vector<int>& outputs, int first, int last)
    : first_(first), last_(last), inputs_(original.inputs) {
  LinearMap map = original;
  for (int j = first; j < last; ++j)
    if (std::any_of(outputs.begin(), outputs.end(), [&](int i) { return !is(map.at(i, j), 0); }))
      used_.push_back(j);
  place_.assign(slot(kTemporaries), -1);
  for (int j : used_) place_[static_cast<std::size_t>(j)] = registers_++;
  first_temporary_ = registers_;
  for (int i = 0; i < kTemporaries; ++i) place_[slot(i)] = first_temporary_ + i;
  if (first == 0 && last == map.inputs) pair_inputs(map, outputs);
  std::vector<bool> done(static_cast<std::size_t>(map.outputs));
  for (int i : outputs) {
    if (done[static_cast<std::size_t>(i)]) continue;
    pair_outputs(map, outputs, done, i);
    if (done[static_cast<std::size_t>(i)]) continue;
    int reg = sum(terms(map, i), temporary(0));
    if (reg != temporary(0)) {  // an input as it is; whoever takes the output may clobber it
      ops_.push_back({LinearOp::copy, temporary(0), reg});
      reg = temporary(0);
    }
    ops_.push_back({LinearOp::give, i, reg});
  }
}

// Replaces two inputs whose columns are alike up to signs by their sum and difference, or by the one that is needed.
void LinearProgram::pair_inputs(LinearMap& map, const std::vector<int>& outputs) {
  for (int j = 0; j < map.inputs; ++j)
    for (int k = j + 1; k < map.inputs; ++k) {
      const auto column = [&](int c) { return [&map, c](int i) { return map.at(i, c); }; };
      const Likeness l = compare(outputs, column(j), column(k));
      if (l.other || !(l.same || l.negated)) continue;
      int &first = place_[static_cast<std::size_t>(j)], &second = place_[static_cast<std::size_t>(k)];
      if (l.same) ops_.push_back({LinearOp::add, temporary(0), first, second});
      if (l.negated) ops_.push_back({LinearOp::sub, second, first, second});
      if (l.same) std::swap(first, place_[slot(0)]);  // the sum takes the first's place
      for (int i : outputs) {
        const bool same = is(map.at(i, j), map.at(i, k));
        if (!same) map.at(i, k) = map.at(i, j);
        map.at(i, same ? k : j) = 0;
      }
      break;
    }
}

// Computes `output` and a later one that differs from it in signs, if there is one, from the sum of the terms they share and
// the sum of those they do not.
void LinearProgram::pair_outputs(const LinearMap& map, const std::vector<int>& outputs,
                                 std::vector<bool>& done, int output) {
  const std::vector<int> inputs = range(first_, last_);
  for (int other : outputs) {
    if (other == output || done[static_cast<std::size_t>(other)]) continue;
    const auto row = [&](int r) { return [&map, r](int j) { return map.at(r, j); }; };
    const Likeness l = compare(inputs, row(output), row(other));
    if (l.other || !l.same || !l.negated) continue;
    std::vector<Term> even, odd;
    for (const Term& t : terms(map, output))
      (is(map.at(output, t.input), map.at(other, t.input)) ? even : odd).push_back(t);
    const int e = sum(even, temporary(0)), o = sum(odd, temporary(1)), out = temporary(2);
    ops_.push_back({LinearOp::add, out, e, o});
    ops_.push_back({LinearOp::give, output, out});
    ops_.push_back({LinearOp::sub, out, e, o});
    ops_.push_back({LinearOp::give, other, out});
    done[static_cast<std::size_t>(output)] = done[static_cast<std::size_t>(other)] = true;
    return;
  }
}

std::vector<LinearProgram::Term> LinearProgram::terms(const LinearMap& map, int output) const {
  std::vector<Term> out;
  for (int j = first_; j < last_; ++j)
    if (!is(map.at(output, j), 0)) out.push_back({map.at(output, j), j, place_[static_cast<std::size_t>(j)]});
  return out;
}

// The register that holds the sum of the terms: the term itself where it is one input as it is, else `to`.
int LinearProgram::sum(std::vector<Term> terms, int to) {
  if (terms.empty()) {
    ops_.push_back({LinearOp::zero, to});
    return to;
  }
  const auto one = std::find_if(terms.begin(), terms.end(), [](const Term& t) { return is(t.c, 1); });
  if (one != terms.end()) std::iter_swap(terms.begin(), one);
  int at = terms[0].reg;
  if (!is(terms[0].c, 1)) {
    ops_.push_back({LinearOp::mul, to, at, constant(terms[0].c)});
    at = to;
  }
  // Terms of ±1 first: they need no copy of what stands so far.
  std::stable_partition(terms.begin() + 1, terms.end(), [](const Term& t) { return is(std::abs(t.c), 1); });
  for (std::size_t i = 1; i < terms.size(); ++i) {
    const Term& t = terms[i];
    if (is(std::abs(t.c), 1)) {
      ops_.push_back({t.c > 0 ? LinearOp::add : LinearOp::sub, to, at, t.reg});
    } else {
      if (at != to) ops_.push_back({LinearOp::copy, to, at});
      ops_.push_back({LinearOp::fma, to, t.reg, constant(t.c)});
    }
    at = to;
  }
  return at;
}

int LinearProgram::constant(double value) {
  const auto f = static_cast<float>(value);
  const auto it = std::find(constants_.begin(), constants_.end(), f);
  if (it != constants_.end()) return static_cast<int>(it - constants_.begin());
  constants_.push_back(f);
  return static_cast<int>(constants_.size()) - 1;
}

int LinearProgram::temporary(int i) {
  registers_ = std::max(registers_, first_temporary_ + i + 1);
  return place_[slot(i)];
}

void LinearProgram::emit(Asm& as, std::span<const Vec> registers, std::span<const Vec> constants,
                         const std::function<void(int, Vec)>& give) const {
  const auto reg = [&](int i) { return registers[static_cast<std::size_t>(i)]; };
  for (const LinearOp& op : ops_) {
    switch (op.kind) {
      case LinearOp::zero: as.zero(reg(op.dst)); break;
      case LinearOp::copy: as.copy(reg(op.dst), reg(op.a)); break;
      case LinearOp::add: as.add(reg(op.dst), reg(op.a), reg(op.b)); break;
      case LinearOp::sub: as.sub(reg(op.dst), reg(op.a), reg(op.b)); break;
      case LinearOp::mul: as.mul(reg(op.dst), reg(op.a), constants[static_cast<std::size_t>(op.b)]); break;
      case LinearOp::fma: as.fma(reg(op.dst), reg(op.a), constants[static_cast<std::size_t>(op.b)]); break;
      case LinearOp::give: give(op.dst, reg(op.a)); break;
    }
  }
}

std::vector<std::vector<int>> grouped_outputs(const LinearMap& map, int most) {
  // A program is built for each question, so each is asked once.
  const auto cost = [&](const std::vector<int>& group) {
    return static_cast<int>(LinearProgram(map, group, 0, map.inputs).ops().size());
  };
  std::vector<int> alone;
  alone.reserve(static_cast<std::size_t>(map.outputs));
  for (int i = 0; i < map.outputs; ++i) alone.push_back(cost({i}));
  std::vector<std::vector<int>> groups;
  std::vector<int> left = range(0, map.outputs);
  while (!left.empty()) {
    std::vector<int> group{left.front()};
    left.erase(left.begin());
    while (static_cast<int>(group.size()) < most && !left.empty()) {
      std::vector<int> more;  // what each would add, against computing it alone
      for (int i : left) {
        group.push_back(i);
        more.push_back(cost(group) - alone[static_cast<std::size_t>(i)]);
        group.pop_back();
      }
      const auto best = left.begin() + (std::min_element(more.begin(), more.end()) - more.begin());
      group.push_back(*best);
      left.erase(best);
    }
    groups.push_back(group);
  }
  return groups;
}

}  // namespace rt3d::jit
