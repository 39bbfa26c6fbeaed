// The rows that a session knows beside its database's: those of the app's files, and those that were built into the library.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "rt3d/rt3d.h"
#include "tuner/seeds.h"

namespace rt3d::api {

// nullptr: none. Throws invalid_argument for options that are wrong; a file that cannot be read is a warning.
std::shared_ptr<const tuner::Seeds> seeds_of(const rt3d_session_options& options);

// Texts that were built in, read once; what cannot be read is a warning. nullptr where there are none.
std::shared_ptr<const tuner::Seeds> seeds_of_texts(std::span<const std::string_view> texts);

}  // namespace rt3d::api
