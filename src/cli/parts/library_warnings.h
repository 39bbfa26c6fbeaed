// What the library warns of, on standard error: "rt3d: warning: …", each text once in a program's life.
#pragma once

namespace rt3d::cli {

// Not where RT3D_LOG is set, which sends the library's log there itself.
void show_library_warnings(const char* program);

}  // namespace rt3d::cli
