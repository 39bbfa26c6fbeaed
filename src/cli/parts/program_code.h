// How much of the process's memory is its own program: pages of the files of the program and of its libraries, which processes share
// and the system takes back when it wants them.
#pragma once

#include <cstdint>
#include <istream>

namespace rt3d::cli {

// Resident bytes of all private mappings of files of which some part is mapped as code, without pages that were written to and are the
// process's own since; `smaps` is text as in /proc/self/smaps. Generated code is not of a file's, or shared, and does not count.
std::int64_t program_code_bytes(std::istream& smaps);
std::int64_t program_code_bytes();  // of this process; 0 where the system does not tell

}  // namespace rt3d::cli
