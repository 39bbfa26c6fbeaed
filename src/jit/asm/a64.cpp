// Asm for AArch64 (AAPCS64) with NEON. Pointers are x0-x7; x16 is the implementation's scratch; x18 is never
// touched. Code for in-order cores (jit/asm/in_order.h) also uses x9-x15 and x17, for halves of vectors on their way.
// v8-v15's low halves are callee-saved, so enter() and leave() keep them. Fixed registers and a64::Assembler: the
// packaged asmjit's a64::Compiler silently miscompiles post-indexed loads when pointers spill.
#include <asmjit/arm.h>
#include <asmjit/arm/a64assembler.h>

#include <bit>
#include <vector>

#include "jit/asm/asmjit.h"
#include "jit/asm/in_order.h"

namespace rt3d::jit {
namespace {

namespace a64 = asmjit::a64;

class A64Asm final : public FunctionAsm {
 public:
  A64Asm(Isa isa, asmjit::CodeHolder& code, CoreKind core)
      : FunctionAsm(isa), in_order_(core == CoreKind::in_order), a_(&code) {}

  void enter() override {
    out().sub(a64::sp, a64::sp, 64);
    for (std::uint32_t i = 0; i < 4; ++i)
      out().stp(a64::d(8 + 2 * i), a64::d(9 + 2 * i), a64::ptr(a64::sp, static_cast<int>(16 * i)));
  }
  void leave() override {
    for (std::uint32_t i = 0; i < 4; ++i)
      out().ldp(a64::d(8 + 2 * i), a64::d(9 + 2 * i), a64::ptr(a64::sp, static_cast<int>(16 * i)));
    out().add(a64::sp, a64::sp, 64);
    out().ret(a64::x30);
  }
  void comment(const std::string& text) override { out().comment(text.c_str(), text.size()); }

  Label new_label() override { return {a_.newLabel().id()}; }
  void bind(Label l) override { out().bind(label(l)); }
  void jump(Label l) override { out().b(label(l)); }
  void jump_if_zero(Gp v, Label l) override { out().cbz(gp(v), label(l)); }
  void jump_if_bit_clear(Gp v, int bit, Label l) override {
    // The range of tbz is 32 KiB: too short to cross a large unrolled body.
    out().tst(gp(v), std::uint64_t{1} << bit);
    out().b_eq(label(l));
  }
  void decrement_and_loop(Gp counter, Label top) override {
    out().subs(gp(counter), gp(counter), 1);
    out().b_ne(label(top));
  }

  void load_pointer(Gp to, Gp base, std::int32_t disp) override {
    if (disp >= 0 && disp % 8 == 0 && disp <= 32760)
      out().ldr(gp(to), a64::ptr(gp(base), disp));
    else
      out().ldr(gp(to), a64::ptr(far(base, disp)));
  }
  void load_int32(Gp to, Gp base, std::int32_t disp) override {
    if (disp >= 0 && disp % 4 == 0 && disp <= 16380)
      out().ldrsw(gp(to), a64::ptr(gp(base), disp));
    else
      out().ldrsw(gp(to), a64::ptr(far(base, disp)));
  }
  void add(Gp to, Gp value) override { out().add(gp(to), gp(to), gp(value)); }
  void add(Gp to, std::int32_t value) override {
    if (value == 0) return;
    if (!queued_.empty())
      return queue({.op = {BlockOp::other, pointer(to), pointer(to)}, .base = to, .disp = value});
    emit_add(to, value);
  }
  void move(Gp to, Gp from) override { out().mov(gp(to), gp(from)); }

  void zero(Vec to) override { out().movi(vec(to).s4(), 0); }
  void constant(Vec to, float value) override {
    out().mov(kScratch.w(), static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(value)));
    out().dup(vec(to).s4(), kScratch.w());
  }
  void copy(Vec to, Vec from) override { out().mov(vec(to).b16(), vec(from).b16()); }
  void load(Vec to, Gp base, std::int32_t disp) override {
    if (in_order_)
      queue({.op = {BlockOp::load, to.id, pointer(base)}, .base = base, .disp = disp});
    else
      load_whole(to, base, disp);
  }
  void load_pair(Vec first, Vec second, Gp base, std::int32_t disp) override {
    if (!in_order_ && disp >= -1024 && disp <= 1008 && disp % 16 == 0) {
      out().ldp(q(first), q(second), a64::ptr(gp(base), disp));
    } else {
      load(first, base, disp);
      load(second, base, disp + 16);
    }
  }
  void store(Vec from, Gp base, std::int32_t disp) override {
    out().str(q(from), vector_address(base, disp));
  }
  void broadcast(Vec to, Gp base, std::int32_t disp) override {
    out().ld1r(vec(to).s4(), a64::ptr(disp == 0 ? gp(base) : far(base, disp)));
  }
  void broadcast_four(Vec to, Gp base, std::int32_t disp) override { load(to, base, disp); }
  void load_spread(Vec to, Gp base, std::int32_t disp, int width, int j) override {
    if (width == 4) return broadcast(to, base, disp + 4 * j);
    load_whole(to, base, disp);
    if (j == 0)
      out().trn1(vec(to).s4(), vec(to).s4(), vec(to).s4());
    else
      out().trn2(vec(to).s4(), vec(to).s4(), vec(to).s4());
  }
  void prefetch(Gp base, std::int32_t disp) override {
    if (!queued_.empty())
      queue({.op = {BlockOp::other, -1, pointer(base)}, .base = base, .disp = disp});
    else
      emit_prefetch(base, disp);
  }

  void add(Vec to, Vec a, Vec b) override { out().fadd(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void sub(Vec to, Vec a, Vec b) override { out().fsub(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void mul(Vec to, Vec a, Vec b) override { out().fmul(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void div(Vec to, Vec a, Vec b) override { out().fdiv(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void max(Vec to, Vec a, Vec b) override { out().fmax(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void min(Vec to, Vec a, Vec b) override { out().fmin(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void fma(Vec acc, Vec a, Vec b) override { multiply(acc, a, b, {}); }
  void multiply_add(Vec to, Vec a, Vec b) override {  // fmla keeps the sum, not the factor
    mul(to, to, a);
    add(to, to, b);
  }
  void max_either(Vec acc, Vec value, Vec) override { max(acc, acc, value); }
  void max_either_load(Vec acc, Gp base, std::int32_t disp, Vec scratch) override {
    load_whole(scratch, base, disp);
    max(acc, acc, scratch);
  }
  void add_load(Vec acc, Gp base, std::int32_t disp, Vec scratch) override {
    load_whole(scratch, base, disp);
    add(acc, acc, scratch);
  }
  void fma_load(Vec acc, Vec a, Gp base, std::int32_t disp, Vec scratch) override {
    load_whole(scratch, base, disp);
    fma(acc, a, scratch);
  }
  void fma_broadcast(Vec acc, Vec a, Gp base, std::int32_t disp, Vec scratch) override {
    broadcast(scratch, base, disp);
    fma(acc, a, scratch);
  }
  bool has_fma_lane() const override { return true; }
  void fma_lane(Vec acc, Vec a, Vec b, int lane) override { multiply(acc, a, b, {.lane = lane}); }
  void fma_lane_half(Vec acc, Vec a, Vec b, int lane) override {
    multiply(acc, a, b, {.lane = lane, .halves = true});
  }
  void narrow(Vec to, Vec low, Vec high) override {
    out().fcvtn(vec(to).h4(), vec(low).s4());
    out().fcvtn2(vec(to).h8(), vec(high).s4());
  }
  void widen(Vec low, Vec high, Vec from) override {
    out().fcvtl(vec(low).s4(), vec(from).h4());
    out().fcvtl2(vec(high).s4(), vec(from).h8());
  }

  void spread_of_four(Vec, Vec, int) override { throw std::logic_error("AArch64 multiplies by lane"); }
  void load_and_spread_four(Vec to, Gp base, std::int32_t disp) override { load(to, base, disp); }
  void add_pairs(Vec, Vec, Vec, Vec) override { throw std::logic_error("AArch64 multiplies by lane"); }
  void part_pairs(Vec) override { throw std::logic_error("AArch64 multiplies by lane"); }
  void load_half(Vec, int, Gp, std::int32_t) override {
    throw std::logic_error("AArch64 has no wider vectors");
  }
  void store_half(Vec, int, Gp, std::int32_t) override {
    throw std::logic_error("AArch64 has no wider vectors");
  }
  void prefetch_near(Gp base, std::int32_t disp) override { prefetch(base, disp); }
  Vec transpose(Vec, Vec) override { throw std::logic_error("AArch64 has no square transpose"); }

  void round(Vec to, Vec from) override { out().frintn(vec(to).s4(), vec(from).s4()); }
  void scale_by_power_of_two(Vec to, Vec n) override {
    out().fcvtns(vec(n).s4(), vec(n).s4());
    out().shl(vec(n).s4(), vec(n).s4(), 23);  // added to the exponent
    out().add(vec(to).s4(), vec(to).s4(), vec(n).s4());
  }

 private:
  inline static const a64::Gp kScratch = a64::x16;

  // What of its second factor a multiply-add takes: a lane or, without, all of it; and the floats' size.
  struct Factor {
    int lane = -1;
    bool halves = false;
  };

  // For in-order cores: what waits for the end of its stretch. BlockOp::other is a prefetch, or an addition of disp to base.
  struct Queued {
    BlockOp op;
    Factor factor{};
    Gp base{};
    std::int32_t disp = 0;
  };

  a64::Gp gp(Gp g) const { return a64::x(static_cast<std::uint32_t>(g.id)); }
  a64::Vec vec(Vec v) const { return a64::v(static_cast<std::uint32_t>(v.id)); }
  a64::Vec q(Vec v) const { return a64::v(static_cast<std::uint32_t>(v.id)); }
  asmjit::Label label(Label l) const { return asmjit::Label(l.id); }

  // A load that is used at once: halves would only come later.
  // ldur where it reaches: cores take it as one operation; LLVM's models of them count two for ldr with an immediate.
  void load_whole(Vec to, Gp base, std::int32_t disp) {
    if (disp >= -256 && disp <= 255)
      out().ldur(q(to), a64::ptr(gp(base), disp));
    else
      out().ldr(q(to), vector_address(base, disp));
  }

  // For everything that is not queued: comes after all that is.
  a64::Assembler& out() {
    emit_queued();
    return a_;
  }
  void queue(const Queued& operation) { queued_.push_back(operation); }
  void multiply(Vec acc, Vec a, Vec b, Factor factor) {
    if (in_order_)
      queue({.op = {BlockOp::multiply, acc.id, a.id, b.id}, .factor = factor});
    else
      emit_multiply(acc, a, b, factor);
  }
  void emit_multiply(Vec acc, Vec a, Vec b, Factor factor) {
    const auto lane = static_cast<std::uint32_t>(factor.lane);
    if (factor.halves)
      a_.fmla(vec(acc).h8(), vec(a).h8(), vec(b).h(lane));
    else if (factor.lane < 0)
      a_.fmla(vec(acc).s4(), vec(a).s4(), vec(b).s4());
    else
      a_.fmla(vec(acc).s4(), vec(a).s4(), vec(b).s(lane));
  }
  void emit_add(Gp to, std::int32_t value) {
    if (value > 0 && value < 4096) return void(a_.add(gp(to), gp(to), value));
    if (value < 0 && value > -4096) return void(a_.sub(gp(to), gp(to), -value));
    a_.mov(kScratch, static_cast<std::int64_t>(value));
    a_.add(gp(to), gp(to), kScratch);
  }
  void emit_prefetch(Gp base, std::int32_t disp) {
    // prfm pldl2keep, [base, #disp]: this asmjit has no prfm.
    if (disp >= 0 && disp % 8 == 0 && disp <= 32760)
      a_.embedUInt32(0xF9800000u | (static_cast<std::uint32_t>(disp / 8) << 10) |
                     (static_cast<std::uint32_t>(base.id) << 5) | 2u);
  }
  void emit_queued() {
    if (queued_.empty()) return;
    std::vector<BlockOp> ops;
    ops.reserve(queued_.size());
    for (const Queued& q : queued_) ops.push_back(q.op);
    for (const Issue& issue : lay_out_in_order(ops)) emit(issue, queued_[static_cast<std::size_t>(issue.op)]);
    queued_.clear();
  }
  static int pointer(Gp g) { return kFirstPointer + g.id; }
  void emit(const Issue& issue, const Queued& from) {
    const a64::Gp half = a64::x(issue.temporary < 7 ? 9 + static_cast<std::uint32_t>(issue.temporary) : 17);
    switch (issue.kind) {
      case Issue::multiply: return emit_multiply({from.op.to}, {from.op.a}, {from.op.b}, from.factor);
      case Issue::low_half: return void(a_.ldr(vec({from.op.to}).d(), half_address(from.base, from.disp)));
      case Issue::high_half: return void(a_.ldr(half, half_address(from.base, from.disp + 8)));
      case Issue::insert: return void(a_.ins(vec({from.op.to}).d(1), half));
      case Issue::other:
        return from.op.to < 0 ? emit_prefetch(from.base, from.disp) : emit_add(from.base, from.disp);
    }
  }

  // base + disp in the scratch register.
  a64::Gp far(Gp base, std::int32_t disp) {
    if (disp > 0 && disp < 4096) {
      a_.add(kScratch, gp(base), disp);
    } else {
      a_.mov(kScratch, static_cast<std::int64_t>(disp));
      a_.add(kScratch, gp(base), kScratch);
    }
    return kScratch;
  }
  a64::Mem vector_address(Gp base, std::int32_t disp) {
    const bool scaled = disp >= 0 && disp % 16 == 0 && disp <= 65520;
    const bool unscaled = disp >= -256 && disp <= 255;
    if (scaled || unscaled) return a64::ptr(gp(base), disp);
    return a64::ptr(far(base, disp));
  }

  a64::Mem half_address(Gp base, std::int32_t disp) {
    const bool scaled = disp >= 0 && disp % 8 == 0 && disp <= 32760;
    const bool unscaled = disp >= -256 && disp <= 255;
    if (scaled || unscaled) return a64::ptr(gp(base), disp);
    return a64::ptr(far(base, disp));
  }

  const bool in_order_;
  std::vector<Queued> queued_;
  a64::Assembler a_;
};

}  // namespace

std::unique_ptr<FunctionAsm> make_a64(Isa isa, asmjit::CodeHolder& code, CoreKind core) {
  return std::make_unique<A64Asm>(isa, code, core);
}

}  // namespace rt3d::jit
