// The emitter interface that generators are written against: a few pointers, vectors of floats, loops. One
// implementation per architecture (asm/x64.cpp, asm/a64.cpp) turns each call into one or two instructions
// with fixed registers, so a generator is written once and its register budget is what it says. A generated
// function takes one pointer (Gp 0 on entry) and returns nothing; every register listed here may be
// clobbered.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/device.h"

namespace rt3d::jit {

struct Gp {
  int id;  // 0 … Asm::kPointers - 1
};
inline constexpr Gp kArgs{0};  // holds the argument on entry: the address of a struct of them
struct Vec {
  int id;  // 0 … isa_vectors() - 1
};
struct Label {
  std::uint32_t id;
};

inline constexpr int kLineBytes = 64;  // of the cache: what one prefetch brings

// Disp: a displacement in bytes; any value that fits 32 bits (AArch64 spends extra instructions where the
// immediate does not fit).
class Asm {
 public:
  static constexpr int kPointers = 8;

  explicit Asm(Isa isa) : isa_(isa) {}
  virtual ~Asm() = default;
  Asm(const Asm&) = delete;
  Asm& operator=(const Asm&) = delete;

  Isa isa() const { return isa_; }
  int lanes() const { return isa_lanes(isa_); }
  int vectors() const { return isa_vectors(isa_); }
  int vector_bytes() const { return lanes() * 4; }

  // A remark in the annotated listing.
  virtual void comment(const std::string& text) = 0;

  virtual Label new_label() = 0;
  virtual void bind(Label label) = 0;
  virtual void jump(Label label) = 0;
  virtual void jump_if_zero(Gp value, Label label) = 0;
  virtual void jump_if_bit_clear(Gp value, int bit, Label label) = 0;
  virtual void decrement_and_loop(Gp counter, Label top) = 0;  // --counter, jump while not zero

  virtual void load_pointer(Gp to, Gp base, std::int32_t disp) = 0;
  virtual void load_int32(Gp to, Gp base, std::int32_t disp) = 0;  // sign-extended
  virtual void add(Gp to, Gp value) = 0;
  virtual void add(Gp to, std::int32_t value) = 0;
  virtual void move(Gp to, Gp from) = 0;

  virtual void zero(Vec to) = 0;
  virtual void constant(Vec to, float value) = 0;  // uses a scratch register of the implementation
  virtual void copy(Vec to, Vec from) = 0;
  virtual void load(Vec to, Gp base, std::int32_t disp) = 0;
  virtual void load_pair(Vec first, Vec second, Gp base, std::int32_t disp) = 0;  // two vectors side by side
  virtual void store(Vec from, Gp base, std::int32_t disp) = 0;
  virtual void broadcast(Vec to, Gp base, std::int32_t disp) = 0;
  virtual void broadcast_four(Vec to, Gp base, std::int32_t disp) = 0;  // four floats, over and over
  virtual void spread_of_four(Vec to, Vec from,
                              int j) = 0;  // x86-64: float j of every four in all four places
  // AVX-512: the same as broadcast_four, by a short load and a shuffle.
  virtual void load_and_spread_four(Vec to, Gp base, std::int32_t disp) = 0;
  // Channel `j` of every group of `width` lanes (2, 4; 8 with 16 lanes) in all lanes of its group.
  virtual void load_spread(Vec to, Gp base, std::int32_t disp, int width, int j) = 0;
  virtual void prefetch(Gp base, std::int32_t disp) = 0;       // into L2
  virtual void prefetch_near(Gp base, std::int32_t disp) = 0;  // x86-64: into L1

  virtual void add(Vec to, Vec a, Vec b) = 0;
  virtual void sub(Vec to, Vec a, Vec b) = 0;
  virtual void mul(Vec to, Vec a, Vec b) = 0;
  virtual void div(Vec to, Vec a, Vec b) = 0;
  // NaN where b is; where only a is, x86-64 gives b. So what may be NaN comes last.
  virtual void max(Vec to, Vec a, Vec b) = 0;
  virtual void min(Vec to, Vec a, Vec b) = 0;
  // acc = max(acc, value), or max(acc, memory): NaN where either is.
  virtual void max_either(Vec acc, Vec value, Vec scratch) = 0;
  virtual void max_either_load(Vec acc, Gp base, std::int32_t disp, Vec scratch) = 0;
  virtual void fma(Vec acc, Vec a, Vec b) = 0;                                         // acc += a * b
  virtual void multiply_add(Vec to, Vec a, Vec b) = 0;                                 // to = to * a + b
  virtual void add_load(Vec acc, Gp base, std::int32_t disp, Vec scratch) = 0;         // acc += memory
  virtual void fma_load(Vec acc, Vec a, Gp base, std::int32_t disp, Vec scratch) = 0;  // acc += a * memory

  // x86-64: acc += a * (the float at memory, in every lane). AArch64 has fma_lane instead.
  virtual void fma_broadcast(Vec acc, Vec a, Gp base, std::int32_t disp, Vec scratch) = 0;
  // AArch64: acc += a * b[lane].
  virtual bool has_fma_lane() const = 0;
  virtual void fma_lane(Vec acc, Vec a, Vec b, int lane) = 0;
  // x86-64: to = a0+a1, a2+a3, b0+b1, b2+b3 in every four lanes; to may be a.
  virtual void add_pairs(Vec to, Vec a, Vec b, Vec scratch) = 0;
  // AVX-512: of the pairs of floats, first those with even numbers, then those with odd ones.
  virtual void part_pairs(Vec value) = 0;
  // AVX-512: a half of a vector, the first (0) or the second (1). Loading the first zeroes the second.
  virtual void load_half(Vec to, int half, Gp base, std::int32_t disp) = 0;
  virtual void store_half(Vec from, int half, Gp base, std::int32_t disp) = 0;
  // x86-64: transposes the square matrix whose rows are `lanes` registers from `rows` on, with as many from `spare` on to help;
  // gives the first register of the result, which is one of the two.
  virtual Vec transpose(Vec rows, Vec spare) = 0;

  // AArch64 with half-precision arithmetic: vectors of 2 · lanes() halves. acc += a * b[lane]; b is one of the first 16 registers.
  virtual void fma_lane_half(Vec acc, Vec a, Vec b, int lane) = 0;
  virtual void narrow(Vec to, Vec low,
                      Vec high) = 0;  // to = halves of low, then of high; rounds to nearest; to is not high
  virtual void widen(Vec low, Vec high, Vec from) = 0;  // the floats of from's halves; low is not from

  // to = nearest integer of from (ties to even), as floats.
  virtual void round(Vec to, Vec from) = 0;
  // to *= 2^n for integral floats n in [-126, 127] and to in [0.5, 2), or NaN; n is destroyed.
  virtual void scale_by_power_of_two(Vec to, Vec n) = 0;

 private:
  Isa isa_;
};

using Generator = std::function<void(Asm&)>;

}  // namespace rt3d::jit
