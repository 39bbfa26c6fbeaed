// The C option struct of a session as the runtime's.
#pragma once

#include "rt3d/rt3d.h"
#include "runtime/session.h"

namespace rt3d::api {

// `options` may be NULL, or of an older, smaller version. Throws invalid_argument naming the field that is wrong.
runtime::SessionOptions runtime_options(const rt3d_session_options* options);

// The caller's array of shapes by name; errors call it `array`.
std::map<std::string, Shape> input_shapes(const std::string& array, const rt3d_tensor_info* given,
                                          std::int32_t count);

}  // namespace rt3d::api
