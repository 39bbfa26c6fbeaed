// Which sources the program was built from.
#pragma once

namespace rt3d::cli {

const char* build_commit();  // as git describes it, or "unknown"

}  // namespace rt3d::cli
