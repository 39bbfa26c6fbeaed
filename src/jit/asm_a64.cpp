// Asm for AArch64 (AAPCS64) with NEON. Pointers are x0-x7; x16 is the implementation's scratch; x18 is never
// touched. v8-v15's low halves are callee-saved, so enter() and leave() keep them. Fixed registers and
// a64::Assembler: the packaged asmjit's a64::Compiler silently miscompiles post-indexed loads when pointers
// spill.
#include <asmjit/arm.h>
#include <asmjit/arm/a64assembler.h>

#include <bit>

#include "jit/asm_asmjit.h"

namespace rt3d::jit {
namespace {

namespace a64 = asmjit::a64;

class A64Asm final : public FunctionAsm {
 public:
  A64Asm(Isa isa, asmjit::CodeHolder& code) : FunctionAsm(isa), a_(&code) {}

  void enter() override {
    a_.sub(a64::sp, a64::sp, 64);
    for (std::uint32_t i = 0; i < 4; ++i)
      a_.stp(a64::d(8 + 2 * i), a64::d(9 + 2 * i), a64::ptr(a64::sp, static_cast<int>(16 * i)));
  }
  void leave() override {
    for (std::uint32_t i = 0; i < 4; ++i)
      a_.ldp(a64::d(8 + 2 * i), a64::d(9 + 2 * i), a64::ptr(a64::sp, static_cast<int>(16 * i)));
    a_.add(a64::sp, a64::sp, 64);
    a_.ret(a64::x30);
  }
  void comment(const std::string& text) override { a_.comment(text.c_str(), text.size()); }

  Label new_label() override { return {a_.newLabel().id()}; }
  void bind(Label l) override { a_.bind(label(l)); }
  void jump(Label l) override { a_.b(label(l)); }
  void jump_if_zero(Gp v, Label l) override { a_.cbz(gp(v), label(l)); }
  void jump_if_bit_clear(Gp v, int bit, Label l) override {
    // The range of tbz is 32 KiB: too short to cross a large unrolled body.
    a_.tst(gp(v), std::uint64_t{1} << bit);
    a_.b_eq(label(l));
  }
  void decrement_and_loop(Gp counter, Label top) override {
    a_.subs(gp(counter), gp(counter), 1);
    a_.b_ne(label(top));
  }

  void load_pointer(Gp to, Gp base, std::int32_t disp) override {
    if (disp >= 0 && disp % 8 == 0 && disp <= 32760)
      a_.ldr(gp(to), a64::ptr(gp(base), disp));
    else
      a_.ldr(gp(to), a64::ptr(far(base, disp)));
  }
  void load_int32(Gp to, Gp base, std::int32_t disp) override {
    if (disp >= 0 && disp % 4 == 0 && disp <= 16380)
      a_.ldrsw(gp(to), a64::ptr(gp(base), disp));
    else
      a_.ldrsw(gp(to), a64::ptr(far(base, disp)));
  }
  void add(Gp to, Gp value) override { a_.add(gp(to), gp(to), gp(value)); }
  void add(Gp to, std::int32_t value) override {
    if (value == 0) return;
    if (value > 0 && value < 4096) return void(a_.add(gp(to), gp(to), value));
    if (value < 0 && value > -4096) return void(a_.sub(gp(to), gp(to), -value));
    a_.mov(kScratch, static_cast<std::int64_t>(value));
    a_.add(gp(to), gp(to), kScratch);
  }
  void move(Gp to, Gp from) override { a_.mov(gp(to), gp(from)); }

  void zero(Vec to) override { a_.movi(vec(to).s4(), 0); }
  void constant(Vec to, float value) override {
    a_.mov(kScratch.w(), static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(value)));
    a_.dup(vec(to).s4(), kScratch.w());
  }
  void copy(Vec to, Vec from) override { a_.mov(vec(to).b16(), vec(from).b16()); }
  // ldur where it reaches: cores take it as one operation; LLVM's models of them count two for ldr with an immediate.
  void load(Vec to, Gp base, std::int32_t disp) override {
    if (disp >= -256 && disp <= 255)
      a_.ldur(q(to), a64::ptr(gp(base), disp));
    else
      a_.ldr(q(to), vector_address(base, disp));
  }
  void load_pair(Vec first, Vec second, Gp base, std::int32_t disp) override {
    if (disp >= -1024 && disp <= 1008 && disp % 16 == 0) {
      a_.ldp(q(first), q(second), a64::ptr(gp(base), disp));
    } else {
      load(first, base, disp);
      load(second, base, disp + 16);
    }
  }
  void store(Vec from, Gp base, std::int32_t disp) override { a_.str(q(from), vector_address(base, disp)); }
  void broadcast(Vec to, Gp base, std::int32_t disp) override {
    a_.ld1r(vec(to).s4(), a64::ptr(disp == 0 ? gp(base) : far(base, disp)));
  }
  void load_spread(Vec to, Gp base, std::int32_t disp, int width, int j) override {
    if (width == 4) return broadcast(to, base, disp + 4 * j);
    load(to, base, disp);
    if (j == 0)
      a_.trn1(vec(to).s4(), vec(to).s4(), vec(to).s4());
    else
      a_.trn2(vec(to).s4(), vec(to).s4(), vec(to).s4());
  }
  void prefetch(Gp base, std::int32_t disp) override {
    // prfm pldl2keep, [base, #disp]: this asmjit has no prfm.
    if (disp >= 0 && disp % 8 == 0 && disp <= 32760)
      a_.embedUInt32(0xF9800000u | (static_cast<std::uint32_t>(disp / 8) << 10) |
                     (static_cast<std::uint32_t>(base.id) << 5) | 2u);
  }

  void add(Vec to, Vec a, Vec b) override { a_.fadd(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void sub(Vec to, Vec a, Vec b) override { a_.fsub(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void mul(Vec to, Vec a, Vec b) override { a_.fmul(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void div(Vec to, Vec a, Vec b) override { a_.fdiv(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void max(Vec to, Vec a, Vec b) override { a_.fmax(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void min(Vec to, Vec a, Vec b) override { a_.fmin(vec(to).s4(), vec(a).s4(), vec(b).s4()); }
  void fma(Vec acc, Vec a, Vec b) override { a_.fmla(vec(acc).s4(), vec(a).s4(), vec(b).s4()); }
  void multiply_add(Vec to, Vec a, Vec b) override {  // fmla keeps the sum, not the factor
    mul(to, to, a);
    add(to, to, b);
  }
  void max_load(Vec acc, Gp base, std::int32_t disp, Vec scratch) override {
    load(scratch, base, disp);
    max(acc, acc, scratch);
  }
  void add_load(Vec acc, Gp base, std::int32_t disp, Vec scratch) override {
    load(scratch, base, disp);
    add(acc, acc, scratch);
  }
  void fma_load(Vec acc, Vec a, Gp base, std::int32_t disp, Vec scratch) override {
    load(scratch, base, disp);
    fma(acc, a, scratch);
  }
  void fma_broadcast(Vec acc, Vec a, Gp base, std::int32_t disp, Vec scratch) override {
    broadcast(scratch, base, disp);
    fma(acc, a, scratch);
  }
  bool has_fma_lane() const override { return true; }
  void fma_lane(Vec acc, Vec a, Vec b, int lane) override {
    a_.fmla(vec(acc).s4(), vec(a).s4(), vec(b).s(static_cast<std::uint32_t>(lane)));
  }

  void round(Vec to, Vec from) override { a_.frintn(vec(to).s4(), vec(from).s4()); }
  void scale_by_power_of_two(Vec to, Vec n) override {
    a_.fcvtns(vec(n).s4(), vec(n).s4());
    a_.shl(vec(n).s4(), vec(n).s4(), 23);  // added to the exponent
    a_.add(vec(to).s4(), vec(to).s4(), vec(n).s4());
  }

 private:
  inline static const a64::Gp kScratch = a64::x16;

  a64::Gp gp(Gp g) const { return a64::x(static_cast<std::uint32_t>(g.id)); }
  a64::Vec vec(Vec v) const { return a64::v(static_cast<std::uint32_t>(v.id)); }
  a64::Vec q(Vec v) const { return a64::v(static_cast<std::uint32_t>(v.id)); }
  asmjit::Label label(Label l) const { return asmjit::Label(l.id); }

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

  a64::Assembler a_;
};

}  // namespace

std::unique_ptr<FunctionAsm> make_a64(Isa isa, asmjit::CodeHolder& code) {
  return std::make_unique<A64Asm>(isa, code);
}

}  // namespace rt3d::jit
