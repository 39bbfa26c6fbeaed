#include "runtime/choosing/forms.h"

namespace rt3d::runtime {

Form form_of(const kernels::Port& port) { return {port.space, port.block, port.dense(), port.dtype}; }

Form plain_form(const TensorDesc& desc) { return {.dtype = desc.dtype}; }

kernels::Port port_of(Form form) {
  const int halo = form.block == 1 && !form.dense ? 1 : 0;
  return {form.block, halo, halo, form.space, form.dtype};
}

bool needs_copy(Written written, Form wanted) {
  if (written.form == wanted) return false;
  const bool both_planar = written.form.block == 1 && wanted.block == 1;
  const bool same_memory = written.form.space == wanted.space && written.form.dtype == wanted.dtype;
  if (!same_memory || !both_planar) return true;
  return !wanted.dense && written.rigid;
}

}  // namespace rt3d::runtime
