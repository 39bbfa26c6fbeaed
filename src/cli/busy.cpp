#include "cli/busy.h"

#include <cstdio>
#include <cstdlib>

#include "cli/table.h"

namespace rt3d::cli {
namespace {

constexpr double kBusy = 0.5;  // from here on others disturb; the same in bench/peers

}  // namespace

double machine_load() {
  double load = 0;
  return ::getloadavg(&load, 1) == 1 ? load : -1;
}

double warn_when_busy() {
  const double load = machine_load();
  if (load > kBusy)
    std::fprintf(stderr, "rt3d: warning: the machine is busy (load %s): times and ratios are worth less\n",
                 fixed(load, 1).c_str());
  return load;
}

}  // namespace rt3d::cli
