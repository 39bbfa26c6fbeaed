#include "cli/busy.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "cli/table.h"

namespace rt3d::cli {
namespace {

constexpr double kBusy = 0.5;  // from here on others disturb; the same in bench/peers

}  // namespace

double warn_when_busy() {
  static bool warned = false;
  double load = 0;
  if (::getloadavg(&load, 1) != 1) return -1;
  if (load > kBusy && !std::exchange(warned, true))
    std::fprintf(stderr, "rt3d: warning: the machine is busy (load %s): times and ratios are worth less\n",
                 fixed(load, 1).c_str());
  return load;
}

}  // namespace rt3d::cli
