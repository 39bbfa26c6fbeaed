// The setup functions of rt3d-prune; the table in rt3d_prune_main.cpp names them.
#pragma once

#include "cli/parts/command.h"

namespace rt3d::cli {

Runner prune_model(CLI::App& app);
Runner prune_inspect_command(CLI::App& app);
Runner prune_evaluate_command(CLI::App& app);
Runner prune_train_command(CLI::App& app);
Runner prune_runs_command(CLI::App& app);

// Metadata properties of a pruned model.
inline constexpr char kPrunedGroups[] = "rt3d.pruned.groups";  // "kgs:8x4"; several with commas between
inline constexpr char kPrunedMethod[] = "rt3d.pruned.method";  // "one-shot"
inline constexpr char kPrunedRate[] = "rt3d.pruned.rate";      // multiply-adds before ÷ after

}  // namespace rt3d::cli
