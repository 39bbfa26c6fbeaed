#include "jit/asm/in_order.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace rt3d::jit {
namespace {

// Times are counted in multiply-adds issued: about one per cycle.
constexpr std::int32_t kLoadLatency = 3;      // from a 64-bit integer load to the insertion of its value
constexpr std::int32_t kInsertLatency = 3;    // from the insertion to a multiply-add
constexpr std::int32_t kMultiplyLatency = 4;  // between multiply-adds into one accumulator
// Among so many multiply-adds not issued yet, in the order given, one that need not wait may overtake; and for so many other
// operations at once pieces are considered.
constexpr std::size_t kMultiplyWindow = 32, kOtherWindow = 48;
constexpr int kPieces = 3;

struct Node {
  const BlockOp* op;
  std::vector<std::int32_t> followers{};  // nodes that must come after this one has been issued …
  int waits_for = 0;                      // … and how many such there are before this one
  std::int32_t ready_at = 0;              // when what those before it compute or load has arrived
  std::int32_t due = 0;        // of a load: multiply-adds in the order given before the first that uses it
  int pieces = 0;              // issued: of a load, up to three in the order of Issue::Kind
  std::int32_t temporary = 0;  // of a load between its second piece and its third
  std::int32_t high_at = 0;

  bool issued() const { return pieces == (op->kind == BlockOp::load ? kPieces : 1); }
};

class Layout {
 public:
  explicit Layout(std::span<const BlockOp> ops) {
    connect(ops);
    for (int t = 0; t < kTemporaries; ++t) temporaries_.push_back(t);
    while (first_multiply_ < multiplies_.size()) {
      Node* next = next_multiply();
      if (!next) {
        next = &nodes_[multiplies_[first_multiply_]];
        load_now(*next);
      }
      ++now_;
      issue({Issue::multiply, index(*next), 0}, *next, kMultiplyLatency);
      skip_issued(multiplies_, first_multiply_);
      if (Node* load = soonest_piece()) issue_piece(*load);
    }
    for (std::size_t load : others_) complete(nodes_[load]);
  }
  std::vector<Issue> take() { return std::move(issues_); }

 private:
  std::int32_t index(const Node& node) const { return static_cast<std::int32_t>(&node - nodes_.data()); }

  // Orders every two nodes of which one writes a register that the other reads or writes.
  void connect(std::span<const BlockOp> ops) {
    nodes_.reserve(ops.size());
    std::array<std::int32_t, kBlockRegisters> writer;
    writer.fill(-1);
    std::array<std::vector<std::int32_t>, kBlockRegisters> readers;  // since it was written
    for (const BlockOp& op : ops) {
      const auto self = static_cast<std::int32_t>(nodes_.size());
      const auto now = static_cast<std::int32_t>(multiplies_.size());
      const bool load = op.kind == BlockOp::load;
      nodes_.push_back({.op = &op, .due = load ? static_cast<std::int32_t>(ops.size()) : now});
      const auto after = [&](std::int32_t other) {
        if (other < 0 || other == self) return;
        Node& before = nodes_[static_cast<std::size_t>(other)];
        before.followers.push_back(self);
        ++nodes_.back().waits_for;
        if (before.op->kind == BlockOp::load && op.kind == BlockOp::multiply)
          before.due = std::min(before.due, now);
      };
      for (int reg : {op.a, op.b}) {
        if (reg < 0) continue;
        after(writer[static_cast<std::size_t>(reg)]);
        readers[static_cast<std::size_t>(reg)].push_back(self);
      }
      if (op.to >= 0) {
        const auto to = static_cast<std::size_t>(op.to);
        after(writer[to]);
        for (std::int32_t reader : readers[to]) after(reader);
        readers[to].clear();
        writer[to] = self;
      }
      (op.kind == BlockOp::multiply ? multiplies_ : others_).push_back(static_cast<std::size_t>(self));
    }
  }

  void skip_issued(const std::vector<std::size_t>& list, std::size_t& first) const {
    while (first < list.size() && nodes_[list[first]].issued()) ++first;
  }

  // The first multiply-add that would not wait, or else the first whose operands are at least on their way.
  Node* next_multiply() {
    Node* waiting = nullptr;
    const std::size_t end = std::min(multiplies_.size(), first_multiply_ + kMultiplyWindow);
    for (std::size_t i = first_multiply_; i < end; ++i) {
      Node& node = nodes_[multiplies_[i]];
      if (node.issued() || node.waits_for > 0) continue;
      if (node.ready_at <= now_) return &node;
      if (!waiting) waiting = &node;
    }
    return waiting;
  }

  // Of the loads that have a piece to issue, the one whose piece has the earliest deadline.
  Node* soonest_piece() {
    skip_issued(others_, first_other_);
    Node* best = nullptr;
    std::int32_t best_deadline = 0;
    for (std::size_t i = first_other_; i < std::min(others_.size(), first_other_ + kOtherWindow); ++i) {
      Node& load = nodes_[others_[i]];
      if (load.issued() || !may_go(load)) continue;
      const std::int32_t deadline = load.due - latency(load);
      if (best && deadline >= best_deadline) continue;
      best = &load;
      best_deadline = deadline;
    }
    return best;
  }
  // From the next piece to the use of the whole.
  static std::int32_t latency(const Node& node) {
    if (node.op->kind == BlockOp::other) return 0;
    return kInsertLatency + (node.pieces == 2 ? 0 : kLoadLatency + 2 - node.pieces);
  }
  bool may_go(const Node& load) const {
    if (load.pieces == 0) return load.waits_for == 0;
    return load.pieces == 1 ? !temporaries_.empty() : now_ - load.high_at >= kLoadLatency;
  }

  // Issues the loads that `multiply`, the first not issued, still waits for: halves first, so that latencies overlap.
  void load_now(const Node& multiply) {
    const std::int32_t self = index(multiply);
    for (const int pieces : {2, kPieces})
      for (std::size_t i : others_) {
        Node& load = nodes_[i];
        const bool wanted =
            std::find(load.followers.begin(), load.followers.end(), self) != load.followers.end();
        if (wanted && load.waits_for == 0)
          while (load.pieces < pieces) issue_piece(load);
      }
    for (std::size_t i : others_)
      if (static_cast<std::int32_t>(i) < self && multiply.waits_for > 0) complete(nodes_[i]);
  }
  // All that a load waits for has been issued, if loads are completed in the order given and multiply-adds before it are done.
  void complete(Node& load) {
    while (!load.issued()) issue_piece(load);
  }

  void issue_piece(Node& load) {
    if (load.op->kind == BlockOp::other) return issue({Issue::other, index(load), 0}, load, 0);
    const auto kind = static_cast<Issue::Kind>(Issue::low_half + load.pieces);
    if (kind == Issue::high_half) {
      if (temporaries_.empty()) issue_piece(nodes_[halfway_.front()]);
      load.temporary = temporaries_.front();  // the one that has been free for longest
      temporaries_.pop_front();
      load.high_at = now_;
      halfway_.push_back(static_cast<std::size_t>(index(load)));
    }
    if (kind == Issue::insert) {
      temporaries_.push_back(load.temporary);
      std::erase(halfway_, static_cast<std::size_t>(index(load)));
    }
    issue({kind, index(load), load.temporary}, load, kInsertLatency);
  }
  void issue(const Issue& what, Node& node, std::int32_t latency) {
    issues_.push_back(what);
    ++node.pieces;
    if (!node.issued()) return;
    for (std::int32_t follower : node.followers) {
      Node& next = nodes_[static_cast<std::size_t>(follower)];
      --next.waits_for;
      next.ready_at = std::max(next.ready_at, now_ + latency);
    }
  }

  std::vector<Node> nodes_;                           // in the order given
  std::vector<std::size_t> multiplies_, others_;      // the nodes
  std::size_t first_multiply_ = 0, first_other_ = 0;  // those before are issued
  std::vector<Issue> issues_;
  std::deque<std::int32_t> temporaries_;  // free ones
  std::vector<std::size_t>
      halfway_;           // loads that lack only their insertion, in the order of their second pieces
  std::int32_t now_ = 0;  // multiply-adds issued
};

}  // namespace

std::vector<Issue> lay_out_in_order(std::span<const BlockOp> ops) { return Layout(ops).take(); }

}  // namespace rt3d::jit
