// The commands' setup functions, one file each; the tables in rt3d_main.cpp and rt3d_tune_main.cpp name them.
#pragma once

#include "cli/parts/command.h"

namespace rt3d::cli {

Runner run_command(CLI::App& app);
Runner bench_command(CLI::App& app);
Runner info_command(CLI::App& app);
Runner plan_command(CLI::App& app);
Runner devices_command(CLI::App& app);
Runner check_command(CLI::App& app);
Runner make_model_command(CLI::App& app);

Runner tune_model(CLI::App& app);
Runner tune_check_command(CLI::App& app);
Runner tune_list_command(CLI::App& app);
Runner tune_export_command(CLI::App& app);
Runner tune_import_command(CLI::App& app);
Runner tune_merge_command(CLI::App& app);
Runner tune_check_seeds_command(CLI::App& app);
Runner tune_merge_seeds_command(CLI::App& app);
Runner tune_group_size_command(CLI::App& app);

}  // namespace rt3d::cli
