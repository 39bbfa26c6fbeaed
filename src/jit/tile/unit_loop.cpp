#include "jit/tile/unit_loop.h"

#include "jit/tile/tile.h"

namespace rt3d::jit {

void emit_unit_loop(Asm& as, const std::function<void()>& unit) {
  const Label top = as.new_label(), done = as.new_label();
  as.jump_if_zero(kCount, done);
  as.bind(top);
  unit();
  as.decrement_and_loop(kCount, top);
  as.bind(done);
}

void emit_tile_units(Asm& as, bool ahead, const std::function<void()>& unit) {
  emit_load_units<TileArgs>(as);
  if (ahead) as.load_pointer(kC, kArgs, offsetof(TileArgs, ahead));
  emit_unit_loop(as, unit);
  if (ahead) as.load_pointer(kC, kArgs, offsetof(TileArgs, c));
}

void emit_next_unit(Asm& as) {
  as.load_int32(kUnitA, kUnits, offsetof(Unit, a));
  as.load_int32(kUnitW, kUnits, offsetof(Unit, w));
  as.add(kUnits, static_cast<std::int32_t>(sizeof(Unit)));
  as.add(kUnitA, kA);
  as.add(kUnitW, kW);
}

void emit_prefetch_ahead(Asm& as, int bytes) {
  for (int at = 0; at < bytes; at += kLineBytes) as.prefetch(kC, at);
  if (bytes > 0) as.add(kC, bytes);
}

}  // namespace rt3d::jit
