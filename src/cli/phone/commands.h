// The commands that rt3d-phone has beside those of rt3d and rt3d-tune; its main file's table names them.
#pragma once

#include "cli/parts/command.h"

namespace rt3d::cli {

Runner phone_measure_command(CLI::App& app);
Runner phone_case_command(CLI::App& app);
Runner phone_references_command(CLI::App& app);

}  // namespace rt3d::cli
