// Names of generated code for Linux perf, switched by RT3D_PERF: "map" appends to /tmp/perf-<pid>.map (perf
// report finds it by itself), "jitdump" writes jit-<pid>.dump in the current folder for `perf inject --jit`
// (with the bytes, for perf annotate).
#pragma once

#include <cstddef>
#include <string>

namespace rt3d::jit {

void announce_to_perf(const std::string& name, const void* code, std::size_t bytes);

}  // namespace rt3d::jit
