// Long sums in parts. What a running sum of n products loses grows with n where products have one sign, with its root where they cancel;
// so no accumulator adds up more than so many products: what it holds is added to what memory holds, and it starts from zero.
// Beside 256 multiplications one addition, one load and one store are little.
#pragma once

#include <algorithm>
#include <cstdint>

#include "jit/asm/code.h"
#include "jit/tile/tile.h"

namespace rt3d::jit {

inline constexpr std::int64_t kMostProducts = 256;  // that an accumulator adds up

// Units of so many products each that a call may multiply; at least one.
inline std::int64_t units_per_part(std::int64_t products) {
  return std::max<std::int64_t>(1, kMostProducts / products);
}

// Calls a tile in parts of at most `most` of args.unit_count, as even as may be. Each of these steps over `turns` entries of the list
// (tile.h: columns) and over `ahead` floats of what is prefetched. Leaves args with the last part's fields.
template <typename Args>
void call_in_parts(const Code& code, Args& args, std::int64_t most, std::int64_t turns = 1,
                   std::int64_t ahead = 0) {
  if (args.unit_count <= most) return code.call(&args);
  const std::int64_t flags = args.flags, count = args.unit_count;
  const std::int64_t parts = (count + most - 1) / most, longer = count % parts;
  for (std::int64_t part = 0; part < parts; ++part) {
    args.unit_count = count / parts + (part < longer ? 1 : 0);
    args.flags = part > 0 ? (flags | kLoadPartial) & ~kPartialAway : flags;
    if (part + 1 < parts) args.flags &= ~kFinish;
    code.call(&args);
    args.units += args.unit_count * turns;
    if constexpr (requires { args.ahead; }) args.ahead += args.unit_count * ahead;
  }
  args.flags = flags;
}

}  // namespace rt3d::jit
