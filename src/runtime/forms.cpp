#include "runtime/forms.h"

namespace rt3d::runtime {

Form form_of(const kernels::Port& port) { return {port.space, port.block, port.dense()}; }

kernels::Port port_of(Form form) {
  const int halo = form.block == 1 && !form.dense ? 1 : 0;
  return {form.block, halo, halo, form.space};
}

bool needs_copy(Written written, Form wanted) {
  if (written.form == wanted) return false;
  const bool both_planar = written.form.block == 1 && wanted.block == 1;
  if (written.form.space != wanted.space || !both_planar) return true;
  return !wanted.dense && written.rigid;
}

}  // namespace rt3d::runtime
