// rt3d-tune of several models, or for several numbers of threads.
#pragma once

#include <string>
#include <vector>

#include "cli/parts/session_options.h"

namespace rt3d::cli {

// The ONNX files of a folder, by name; or those that a text file names, one a line, relative to itself ("#" begins a comment). Throws UsageError
// where there are none.
std::vector<std::string> listed_models(const std::string& folder_or_list);

// Tunes each model for each number of threads, and prints a table or JSON. Problems that several share are measured once, what the database
// knows is not. A model that cannot be tuned is told in a line, and the others go on: then throws Reported at the end.
void tune_batch(const std::vector<std::string>& models, const std::vector<int>& threads,
                const SessionOptions& options, bool as_json);

}  // namespace rt3d::cli
