#include "runtime/forms.h"

#include <algorithm>

namespace rt3d::runtime {

Form form_of(const kernels::Port& port) {
  if (port.block == 1 && (port.halo_h > 0 || port.halo_w > 0)) return Form::planar_halo;
  return static_cast<Form>(port.block);
}

kernels::Port port_of(Form form) {
  if (form == Form::planar_halo) return {1, 1, 1};
  return {static_cast<int>(form), 0, 0};
}

bool needs_copy(Written written, Form wanted) {
  const bool planar = written.form == Form::planar || written.form == Form::planar_halo;
  if (written.form == wanted) return false;
  if (planar && wanted == Form::planar) return false;
  return !(planar && wanted == Form::planar_halo && !written.rigid);
}

}  // namespace rt3d::runtime
