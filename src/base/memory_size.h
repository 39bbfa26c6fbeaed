// How much memory this process may count on.
#pragma once

#include <cstdint>
#include <filesystem>

namespace rt3d {

// Bytes of the machine, or of the control group that the process is in where that has less. What others use of it just now does not
// matter: the answer is the same at every start. RT3D_MEMORY_MIB stands for another machine's. 0: nobody knows.
std::int64_t memory_size();

// The limit that a control group's files below `root` give, as /proc/self/cgroup (`groups`) names it; 0: none. Both versions of
// control groups, those of the groups around it included.
std::int64_t group_memory_limit(const std::filesystem::path& root, const std::filesystem::path& groups);

}  // namespace rt3d
