#include "jit/linear_map.h"

#include <algorithm>
#include <cmath>

namespace rt3d::jit {
namespace {

bool is(double x, double y) { return std::abs(x - y) < 1e-12; }

// Whether every element of one row or column is that of the other or its negative, and both cases occur.
template <typename Get>
bool differ_in_signs(int count, const Get& first, const Get& second) {
  bool same = false, negated = false;
  for (int i = 0; i < count; ++i) {
    if (is(first(i), 0) && is(second(i), 0)) continue;
    if (is(first(i), second(i)))
      same = true;
    else if (is(first(i), -second(i)))
      negated = true;
    else
      return false;
  }
  return same && negated;
}

}  // namespace

LinearProgram::LinearProgram(const LinearMap& original, int first, int last)
    : first_(first), last_(last), inputs_(original.inputs), registers_(original.inputs) {
  LinearMap map = original;
  for (int i = 0; i < inputs_ + kTemporaries; ++i) place_.push_back(i);
  if (first == 0 && last == map.inputs) pair_inputs(map);
  std::vector<bool> done(static_cast<std::size_t>(map.outputs));
  for (int i = 0; i < map.outputs; ++i) {
    if (done[static_cast<std::size_t>(i)]) continue;
    pair_outputs(map, done, i);
    if (done[static_cast<std::size_t>(i)]) continue;
    int reg = sum(terms(map, i), temporary(0));
    if (reg != temporary(0)) {  // an input as it is; whoever takes the output may clobber it
      ops_.push_back({LinearOp::copy, temporary(0), reg});
      reg = temporary(0);
    }
    ops_.push_back({LinearOp::give, i, reg});
  }
}

// Replaces two inputs whose columns differ in signs by their sum and difference.
void LinearProgram::pair_inputs(LinearMap& map) {
  for (int j = 0; j < map.inputs; ++j)
    for (int k = j + 1; k < map.inputs; ++k) {
      const auto column = [&](int c) { return [&map, c](int i) { return map.at(i, c); }; };
      if (!differ_in_signs<std::function<double(int)>>(map.outputs, column(j), column(k))) continue;
      int &first = place_[static_cast<std::size_t>(j)], &second = place_[static_cast<std::size_t>(k)];
      ops_.push_back({LinearOp::add, temporary(0), first, second});
      ops_.push_back({LinearOp::sub, second, first, second});
      std::swap(
          first,
          place_[static_cast<std::size_t>(inputs_)]);  // the sum's register and the temporary change places
      for (int i = 0; i < map.outputs; ++i) {
        const bool same = is(map.at(i, j), map.at(i, k));
        if (!same) map.at(i, k) = map.at(i, j);
        map.at(i, same ? k : j) = 0;
      }
      break;
    }
}

// Computes `output` and a later one that differs from it in signs, if there is one, from the sum of the terms they share and
// the sum of those they do not.
void LinearProgram::pair_outputs(const LinearMap& map, std::vector<bool>& done, int output) {
  for (int other = output + 1; other < map.outputs; ++other) {
    const auto row = [&](int r) { return [&map, r](int j) { return map.at(r, j); }; };
    if (done[static_cast<std::size_t>(other)] ||
        !differ_in_signs<std::function<double(int)>>(map.inputs, row(output), row(other)))
      continue;
    std::vector<Term> even, odd;
    for (const Term& t : terms(map, output))
      (is(map.at(output, t.input), map.at(other, t.input)) ? even : odd).push_back(t);
    if (even.empty() || odd.empty()) return;
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
  registers_ = std::max(registers_, inputs_ + i + 1);
  return place_[static_cast<std::size_t>(inputs_ + i)];
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

}  // namespace rt3d::jit
