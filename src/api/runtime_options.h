// The C option struct of a session as the runtime's.
#pragma once

#include "rt3d/rt3d.h"
#include "runtime/session.h"

namespace rt3d::api {

// `options` may be NULL, or of an older, smaller version. Throws invalid_argument naming the field that is wrong.
runtime::SessionOptions runtime_options(const rt3d_session_options* options);

}  // namespace rt3d::api
