// rt3d-prune --resume DIR: a run goes on by the recipe in its folder.
#pragma once

#include <filesystem>
#include <string>

#include "cli/parts/failure.h"
#include "cli/prune/training_run.h"

namespace rt3d::cli {

struct ResumeOptions {
  std::string run;
  int threads = 0;  // 0: as many as before
  bool as_json = false, quiet = false;
};
void resume(const ResumeOptions& options);

// What the commands make of a run's recipe: a row each in resume.cpp.
TrainingRequest train_request_of(const std::filesystem::path& recipe);
TrainingRequest prune_request_of(const std::filesystem::path& recipe);

// Throws UsageError where the value is missing. Recipes may give what a command line does not, so that the parser cannot ask for it.
inline void require_given(const std::string& value, const char* what) {
  if (value.empty()) throw UsageError(join(what, " is missing (rt3d-prune --help says more)"));
}

}  // namespace rt3d::cli
