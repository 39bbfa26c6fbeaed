// The two things that rt3d-processes does. Both return how many things were wrong, which they print.
#pragma once

#include <cstdint>
#include <string>

namespace rt3d::processes {

struct Options {
  std::uint64_t seed = 1;
  std::string folder;  // where the database's folder is made
  int rounds = 2000;   // of kill
  int processes = 8;   // of crowd
  int seconds = 600;   // likewise
};

int kill_rounds(const Options& options);
int crowd(const Options& options);

}  // namespace rt3d::processes
