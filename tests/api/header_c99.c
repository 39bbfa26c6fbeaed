/* The header alone, as strict C99. */
#include "rt3d/rt3d.h"

int rt3d_header_is_c99(void) {
  rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  rt3d_step_info step = RT3D_STEP_INFO_INIT;
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  rt3d_tuning_state tuning = RT3D_TUNING_STATE_INIT;
  rt3d_tensor_info tensor = RT3D_TENSOR_INFO_INIT;
  return (int)(options.size + tuning.size + stats.size + step.size + tensor.size + changes.size) + tensor.rank + (step.sparsity == 0) + (step.zero_share > 0);
}
