// Asm for x86-64 (System V): AVX2+FMA with 16 ymm, or AVX-512 with 32 zmm registers. All registers used are
// caller-saved.
#include <asmjit/x86.h>

#include <bit>
#include <stdexcept>

#include "jit/asm/asmjit.h"

namespace rt3d::jit {
namespace {

namespace x86 = asmjit::x86;

constexpr std::uint32_t kPointerIds[Asm::kPointers] = {x86::Gp::kIdDi,  x86::Gp::kIdSi, x86::Gp::kIdDx,
                                                       x86::Gp::kIdCx,  x86::Gp::kIdR8, x86::Gp::kIdR9,
                                                       x86::Gp::kIdR10, x86::Gp::kIdR11};  // rax is scratch

class X64Asm final : public FunctionAsm {
 public:
  X64Asm(Isa isa, asmjit::CodeHolder& code) : FunctionAsm(isa), a_(&code) {}

  void enter() override {}
  void leave() override {
    a_.vzeroupper();
    a_.ret();
  }
  void comment(const std::string& text) override { a_.comment(text.c_str(), text.size()); }

  Label new_label() override { return {a_.newLabel().id()}; }
  void bind(Label l) override { a_.bind(label(l)); }
  void jump(Label l) override { a_.jmp(label(l)); }
  void jump_if_zero(Gp v, Label l) override {
    a_.test(gp(v), gp(v));
    a_.jz(label(l));
  }
  void jump_if_bit_clear(Gp v, int bit, Label l) override {
    a_.bt(gp(v), bit);
    a_.jnc(label(l));
  }
  void decrement_and_loop(Gp counter, Label top) override {
    a_.sub(gp(counter), 1);
    a_.jnz(label(top));
  }

  void load_pointer(Gp to, Gp base, std::int32_t disp) override { a_.mov(gp(to), x86::ptr(gp(base), disp)); }
  void load_int32(Gp to, Gp base, std::int32_t disp) override {
    a_.movsxd(gp(to), x86::dword_ptr(gp(base), disp));
  }
  void add(Gp to, Gp value) override { a_.add(gp(to), gp(value)); }
  void add(Gp to, std::int32_t value) override { a_.add(gp(to), value); }
  void move(Gp to, Gp from) override { a_.mov(gp(to), gp(from)); }

  void zero(Vec to) override {
    const x86::Vec x = x86::xmm(static_cast<std::uint32_t>(to.id));
    if (wide())
      a_.vpxord(vec(to), vec(to), vec(to));
    else
      a_.vxorps(x, x, x);
  }
  void constant(Vec to, float value) override {
    a_.mov(x86::eax, asmjit::Imm(static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(value))));
    const x86::Xmm low = x86::xmm(static_cast<std::uint32_t>(to.id));
    a_.vmovd(low, x86::eax);
    a_.vbroadcastss(vec(to), low);
  }
  void copy(Vec to, Vec from) override { a_.vmovaps(vec(to), vec(from)); }
  void load(Vec to, Gp base, std::int32_t disp) override { a_.vmovups(vec(to), x86::ptr(gp(base), disp)); }
  void load_pair(Vec first, Vec second, Gp base, std::int32_t disp) override {
    load(first, base, disp);
    load(second, base, disp + vector_bytes());
  }
  void store(Vec from, Gp base, std::int32_t disp) override {
    a_.vmovups(x86::ptr(gp(base), disp), vec(from));
  }
  void broadcast(Vec to, Gp base, std::int32_t disp) override {
    a_.vbroadcastss(vec(to), x86::dword_ptr(gp(base), disp));
  }
  void broadcast_four(Vec to, Gp base, std::int32_t disp) override {
    const x86::Mem four = x86::ptr(gp(base), disp, 16);
    if (wide())
      a_.vbroadcastf32x4(vec(to), four);
    else
      a_.vbroadcastf128(vec(to), four);
  }
  void load_and_spread_four(Vec to, Gp base, std::int32_t disp) override {
    a_.vmovups(x86::xmm(static_cast<std::uint32_t>(to.id)), x86::ptr(gp(base), disp, 16));
    a_.vshuff32x4(vec(to), vec(to), vec(to), 0);
  }
  void spread_of_four(Vec to, Vec from, int j) override { a_.vpermilps(vec(to), vec(from), j * 0x55); }
  void load_spread(Vec to, Gp base, std::int32_t disp, int width, int j) override {
    const x86::Mem from = x86::ptr(gp(base), disp, static_cast<std::uint32_t>(vector_bytes()));
    if (width == 2) return void(a_.vpermilps(vec(to), from, j == 0 ? 0xA0 : 0xF5));
    if (width == 4) return void(a_.vpermilps(vec(to), from, j * 0x55));
    a_.vpermpd(vec(to), from, j / 2 * 0x55);  // pairs within 256 bits, then one of the pair
    a_.vpermilps(vec(to), vec(to), j % 2 == 0 ? 0xA0 : 0xF5);
  }
  void prefetch(Gp base, std::int32_t disp) override { a_.prefetcht1(x86::ptr(gp(base), disp)); }
  void prefetch_near(Gp base, std::int32_t disp) override { a_.prefetcht0(x86::ptr(gp(base), disp)); }

  void add(Vec to, Vec a, Vec b) override { a_.vaddps(vec(to), vec(a), vec(b)); }
  void sub(Vec to, Vec a, Vec b) override { a_.vsubps(vec(to), vec(a), vec(b)); }
  void mul(Vec to, Vec a, Vec b) override { a_.vmulps(vec(to), vec(a), vec(b)); }
  void div(Vec to, Vec a, Vec b) override { a_.vdivps(vec(to), vec(a), vec(b)); }
  void max(Vec to, Vec a, Vec b) override { a_.vmaxps(vec(to), vec(a), vec(b)); }
  void min(Vec to, Vec a, Vec b) override { a_.vminps(vec(to), vec(a), vec(b)); }
  void fma(Vec acc, Vec a, Vec b) override { a_.vfmadd231ps(vec(acc), vec(a), vec(b)); }
  void multiply_add(Vec to, Vec a, Vec b) override { a_.vfmadd213ps(vec(to), vec(a), vec(b)); }
  void max_either(Vec acc, Vec value, Vec scratch) override { max_of_both(acc, vec(value), scratch); }
  void max_either_load(Vec acc, Gp base, std::int32_t disp, Vec scratch) override {
    max_of_both(acc, x86::ptr(gp(base), disp, static_cast<std::uint32_t>(vector_bytes())), scratch);
  }
  void add_load(Vec acc, Gp base, std::int32_t disp, Vec) override {
    a_.vaddps(vec(acc), vec(acc), x86::ptr(gp(base), disp, static_cast<std::uint32_t>(vector_bytes())));
  }
  void fma_load(Vec acc, Vec a, Gp base, std::int32_t disp, Vec) override {
    a_.vfmadd231ps(vec(acc), vec(a), x86::ptr(gp(base), disp, static_cast<std::uint32_t>(vector_bytes())));
  }
  void fma_broadcast(Vec acc, Vec a, Gp base, std::int32_t disp, Vec scratch) override {
    if (wide()) {
      x86::Mem value = x86::ptr(gp(base), disp);
      value.setBroadcast(x86::Mem::Broadcast::k1To16);
      a_.vfmadd231ps(vec(acc), vec(a), value);
    } else {
      broadcast(scratch, base, disp);
      fma(acc, a, scratch);
    }
  }
  bool has_fma_lane() const override { return false; }
  void fma_lane(Vec, Vec, Vec, int) override { throw std::logic_error("x86-64 has no multiply by lane"); }
  void fma_lane_half(Vec, Vec, Vec, int) override { throw std::logic_error("x86-64 has no 16-bit floats"); }
  void narrow(Vec, Vec, Vec) override { throw std::logic_error("x86-64 has no 16-bit floats"); }
  void widen(Vec, Vec, Vec) override { throw std::logic_error("x86-64 has no 16-bit floats"); }

  void add_pairs(Vec to, Vec a, Vec b, Vec scratch) override {
    constexpr int kEven = 0x88, kOdd = 0xdd;  // floats 0 and 2, or 1 and 3, of either operand
    a_.vshufps(vec(scratch), vec(a), vec(b), kOdd);
    a_.vshufps(vec(to), vec(a), vec(b), kEven);
    a_.vaddps(vec(to), vec(to), vec(scratch));
  }
  void part_pairs(Vec value) override {
    constexpr int kMiddleSwapped = 0xd8;
    a_.vpermpd(vec(value), vec(value), kMiddleSwapped);
    a_.vshuff32x4(vec(value), vec(value), vec(value), kMiddleSwapped);
  }
  void load_half(Vec to, int half, Gp base, std::int32_t disp) override {
    const x86::Mem from = x86::ptr(gp(base), disp, 32);
    if (half == 0)
      a_.vmovups(x86::ymm(static_cast<std::uint32_t>(to.id)), from);
    else
      a_.vinsertf64x4(vec(to), vec(to), from, 1);
  }
  void store_half(Vec from, int half, Gp base, std::int32_t disp) override {
    const x86::Mem to = x86::ptr(gp(base), disp, 32);
    if (half == 0)
      a_.vmovups(to, x86::ymm(static_cast<std::uint32_t>(from.id)));
    else
      a_.vextractf64x4(to, vec(from), 1);
  }

  // Within every 128 bits, four rows at a time; then the quarters (halves on AVX2) of four such results.
  Vec transpose(Vec rows, Vec spare) override {
    const auto a = [&](int i) { return vec({rows.id + i}); };
    const auto b = [&](int i) { return vec({spare.id + i}); };
    for (int i = 0; i < lanes(); i += 2) {
      a_.vunpcklps(b(i), a(i), a(i + 1));
      a_.vunpckhps(b(i + 1), a(i), a(i + 1));
    }
    for (int i = 0; i < lanes(); i += 4)
      for (int half = 0; half < 2; ++half) {
        a_.vunpcklpd(a(i + 2 * half), b(i + half), b(i + half + 2));
        a_.vunpckhpd(a(i + 2 * half + 1), b(i + half), b(i + half + 2));
      }
    for (int c = 0; c < 4; ++c) {
      if (!wide()) {
        a_.vperm2f128(b(c), a(c), a(4 + c), 0x20);
        a_.vperm2f128(b(4 + c), a(c), a(4 + c), 0x31);
        continue;
      }
      constexpr int kEven = 0x88, kOdd = 0xdd;  // quarters 0 and 2, or 1 and 3, of either operand
      for (int i = 0; i < 16; i += 8) {
        a_.vshuff32x4(b(i + c), a(i + c), a(i + 4 + c), kEven);
        a_.vshuff32x4(b(i + 4 + c), a(i + c), a(i + 4 + c), kOdd);
      }
      for (int i = 0; i < 8; i += 4) {
        a_.vshuff32x4(a(i + c), b(i + c), b(i + 8 + c), kEven);
        a_.vshuff32x4(a(i + 8 + c), b(i + c), b(i + 8 + c), kOdd);
      }
    }
    return wide() ? rows : spare;
  }

  void round(Vec to, Vec from) override {
    if (wide())
      a_.vrndscaleps(vec(to), vec(from), 0);
    else
      a_.vroundps(vec(to), vec(from), 0);
  }
  void scale_by_power_of_two(Vec to, Vec n) override {
    if (wide()) return void(a_.vscalefps(vec(to), vec(to), vec(n)));
    a_.vcvtps2dq(vec(n), vec(n));
    a_.vpslld(vec(n), vec(n), 23);  // added to the exponent
    a_.vpaddd(vec(to), vec(to), vec(n));
  }

 private:
  // vmaxps gives its second source where either is NaN: only where the first is one, something is left to do.
  void max_of_both(Vec acc, const asmjit::Operand_& value, Vec scratch) {
    const auto maximum = [&](auto& emitter) {
      emitter.emit(x86::Inst::kIdVmaxps, vec(acc), vec(acc), value);
    };
    if (wide()) {
      a_.vcmpps(x86::k1, vec(acc), vec(acc), x86::VCmpImm::kORD_Q);
      return maximum(a_.k(x86::k1));
    }
    a_.vcmpps(vec(scratch), vec(acc), vec(acc), x86::VCmpImm::kUNORD_Q);
    maximum(a_);
    a_.vorps(vec(acc), vec(acc), vec(scratch));
  }
  bool wide() const { return isa() == Isa::avx512; }
  x86::Gp gp(Gp g) const { return x86::gpq(kPointerIds[g.id]); }
  x86::Vec vec(Vec v) const {
    const auto id = static_cast<std::uint32_t>(v.id);
    return wide() ? static_cast<x86::Vec>(x86::zmm(id)) : static_cast<x86::Vec>(x86::ymm(id));
  }
  asmjit::Label label(Label l) const { return asmjit::Label(l.id); }

  x86::Assembler a_;
};

}  // namespace

std::unique_ptr<FunctionAsm> make_x64(Isa isa, asmjit::CodeHolder& code) {
  return std::make_unique<X64Asm>(isa, code);
}

}  // namespace rt3d::jit
