#include "cli/parts/busy.h"

#include <cstdlib>
#include <utility>

#include "cli/parts/failure.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

constexpr double kBusy = 0.5;  // from here on others disturb; the same in bench/peers

}  // namespace

double warn_when_busy() {
  static bool warned = false;
  double load = 0;
  if (::getloadavg(&load, 1) != 1) return -1;
  if (load > kBusy && !std::exchange(warned, true))
    warn("the machine is busy (load " + fixed(load, 1) + "): times and ratios are worth less");
  return load;
}

}  // namespace rt3d::cli
