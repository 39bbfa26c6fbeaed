// The tile: the one multiply loop of convolution and fully connected layers. `rows` rows (output pixels) ×
// `vecs` vectors of output channels are kept in registers while a list of units is walked:
//
//   c[rows][vecs] = bias, or zero where there are partial sums in memory
//   for unit in units:                         // e.g. a block of input channels at one kernel position
//     for k in 0 … depth-1:                    // the unit's channels, unrolled
//       c[r][v] += a[unit.a + row_offset[r] + k] · w[unit.w + k][v]
//   add the partial sums in memory, where there are any
//   store partial sums, or add the residual, apply the activation and store
//
// Callers bound how many products a call adds up (sum_parts.h). Where kernel columns are given, their units take turns, and each leaves out the rows that it has nothing for.
//
// Dense, grouped and sparse layers differ only in their lists. x86-64 broadcasts one activation at a time;
// AArch64 loads four channels of a pixel and multiplies by lane. All distances between rows and vectors are
// baked in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "jit/asm/code.h"
#include "kernels/activation.h"

namespace rt3d::jit {

// One step of K: where its activations and weights start, in bytes from TileArgs::a and TileArgs::w.
struct Unit {
  std::int32_t a;
  std::int32_t w;
};

// So many units behind the last one must be readable: the tile of quads/ looks at what comes.
inline constexpr int kUnitsAhead = 4;

struct TileArgs {
  const float* a;  // of row 0
  const Unit* units;
  std::int64_t unit_count;  // may be 0; of each kernel column where the tile has columns
  const float* w;
  float* c;               // of row 0, vector 0
  const float* bias;      // vecs vectors; read unless kLoadPartial
  const float* residual;  // of row 0, vector 0; read with kFinish if the tile has a residual
  std::int64_t flags;
  const float* ahead;  // what a later call will read; used if the tile has ahead_lines
};
inline constexpr std::int64_t kLoadPartial = 1;  // add to c; the bias is in it already
inline constexpr std::int64_t kFinish = 2;       // residual and activation before the store
inline constexpr std::int64_t kPartialAway = 4;  // with kLoadPartial: c is asked for early

struct TileShape {
  int vecs = 1;
  int depth = 1;                     // k steps per unit
  std::vector<std::int32_t> a_rows;  // bytes from row 0's activations to row r's
  std::vector<std::int32_t> c_rows;  // bytes from row 0's result to row r's
  std::int32_t c_vec = 0;            // bytes from one vector of output channels to the next
  // By kernel column: the rows that multiply it (bit r: row r); empty: all multiply all.
  std::vector<std::uint64_t> columns;
  int input_ahead = 0;       // bytes from a row's activations to a later call's, prefetched; 0: none
  int input_step = 1;        // of so many rows one each: units of the other kernel columns ask for the others
  int ahead_lines = 0;       // cache lines of TileArgs::ahead that each unit prefetches
  bool exact_reads = false;  // AArch64: never read past `depth` activations (else up to a multiple of four)
  bool by_fours = false;     // x86-64, one vector: tile_by_fours_fits()
  bool has_residual = false;
  std::vector<std::int32_t> residual_rows;
  std::int32_t residual_vec = 0;
  kernels::Activation activation;

  int rows() const { return static_cast<int>(a_rows.size()); }
  std::string name() const;  // spells everything baked in
};

// Part of a name: distances that are baked in.
std::string distances(const std::vector<std::int32_t>& bytes);

// Whether four k steps of one vector can be done together: their weights stay in registers, and every second row's four activations
// are loaded at once and spread in registers. With one vector each multiplication would else wait for a load of its own.
bool tile_by_fours_fits(Isa isa, int rows, int vecs, int depth);

// Whether the code of a unit for each of `columns` kernel columns fits the instruction cache.
bool tile_columns_fit(std::int64_t columns, int depth);

// Whether rows × vecs accumulators, weights and operands fit the ISA's registers.
bool tile_fits(Isa isa, int rows, int vecs, const kernels::Activation& activation);

// The most rows that a tile of `vecs` vectors can have; 0 when not even one fits.
int most_rows(Isa isa, int vecs, const kernels::Activation& activation);

// Brings near what a tile with a residual adds in the end, where the call is the one that adds it; kUnitA is spent.
void emit_residual_prefetch(Asm& as, const TileShape& shape);

void emit_tile(Asm& as, const TileShape& shape);
std::shared_ptr<const Code> tile(Isa isa, const TileShape& shape);

}  // namespace rt3d::jit
