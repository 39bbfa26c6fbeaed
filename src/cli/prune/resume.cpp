#include "cli/prune/resume.h"

#include <nlohmann/json.hpp>

#include "cli/prune/recipe.h"
#include "cli/prune/run_folder.h"

namespace rt3d::cli {
namespace {

struct ResumeRow {
  const char* command;
  TrainingRequest (*request_of)(const std::filesystem::path& recipe);
};
constexpr ResumeRow kResumed[] = {{"train", train_request_of}, {"prune", prune_request_of}};

}  // namespace

void resume(const ResumeOptions& options) {
  const std::filesystem::path file = std::filesystem::path(options.run) / "recipe.json";
  if (!std::filesystem::exists(file))
    throw UsageError("there is no run in " + options.run + ": it has no recipe.json");
  const nlohmann::json recipe = read_json(file);
  const std::string command = recipe.value("command", "");
  for (const ResumeRow& row : kResumed) {
    if (command != row.command) continue;
    TrainingRequest request = row.request_of(file);
    request.training.run = options.run;  // where it is now
    request.as_json = options.as_json;
    request.quiet = options.quiet;
    if (options.threads > 0) request.plan.threads = options.threads;
    return resume_run(request, recipe);
  }
  throw UsageError(file.string() + " is of no run that can go on: its \"command\" is '" + command + "'");
}

}  // namespace rt3d::cli
