// The loop over a call's units that the tiles share (tile.h, quads/tile.h, pixels/tile.h, direct_f16/tile.h), and their pointer registers:
//
//   for unit in units:
//     a unit's code, which begins by emit_next_unit() and multiplies what kUnitA and kUnitW point to
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "jit/asm/asm.h"

namespace rt3d::jit {

// kA, kUnits, kCount and kW come from the arguments and are spent behind the loop; kUnitA and kUnitW are free outside of it. kC
// points to the result or, in the loop, to what comes after.
inline constexpr Gp kA{1}, kUnits{2}, kCount{3}, kW{4}, kUnitA{5}, kUnitW{6}, kC{7};

// Args: TileArgs, or others with fields of these names.
template <typename Args>
void emit_load_units(Asm& as) {
  as.load_pointer(kA, kArgs, offsetof(Args, a));
  as.load_pointer(kUnits, kArgs, offsetof(Args, units));
  as.load_pointer(kCount, kArgs, offsetof(Args, unit_count));
  as.load_pointer(kW, kArgs, offsetof(Args, w));
}

// The loop; `unit` is called once.
void emit_unit_loop(Asm& as, const std::function<void()>& unit);

// The loads and the loop of a tile whose arguments are TileArgs. With `ahead` kC points to TileArgs::ahead meanwhile, to the result
// again afterwards.
void emit_tile_units(Asm& as, bool ahead, const std::function<void()>& unit);

// kUnitA and kUnitW of the unit that kUnits points to, which moves on.
void emit_next_unit(Asm& as);

// A unit's share of what kC points to, which moves on.
void emit_prefetch_ahead(Asm& as, int bytes);

}  // namespace rt3d::jit
