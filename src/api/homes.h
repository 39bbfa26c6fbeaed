// This machine's devices as rows of tuning databases see them.
#pragma once

#include <vector>

#include "tuner/row_fit.h"

namespace rt3d::api {

// Accelerators are listed, which loads their drivers, at the first call that wants them.
const std::vector<tuner::Home>& homes(bool accelerators);

// Of a row from elsewhere. Throws nothing because of the row.
tuner::Fit fit_here(const tuner::Row& row);

}  // namespace rt3d::api
