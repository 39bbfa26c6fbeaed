// How long runs take.
#pragma once

#include <cstdint>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

std::int64_t now_ns();                             // monotonic
std::int64_t timed_run_ns(rt3d_session* session);  // one run; throws Failure

}  // namespace rt3d::cli
