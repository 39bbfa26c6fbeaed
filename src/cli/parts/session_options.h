// The options that every command with a session shares, and the session they describe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/parts/handles.h"

namespace CLI {
class App;
}

namespace rt3d::cli {

class OverallProgress;

struct SessionOptions {
  std::string device = "cpu";
  std::string isa;  // "": the best
  std::string accuracy = "default";
  double weight_limit_mib = 0;  // 0: the library's default
  int threads = 0;              // 0: all usable cores
  std::string tune = "quick";   // or off, full, background, later
  std::int64_t tune_ms = -1;
  std::string db;                      // "": the user's default file; "none": nothing is kept
  std::vector<std::string> seeds;      // files of rows that came along
  double background_share = 0;         // of --tune background; 0: the library's default
  bool again = false;                  // what the database knows is measured again
  bool quiet = false;                  // tuning shows no progress
  OverallProgress* overall = nullptr;  // what it is shown as a part of; nullptr: it is all
  bool plan_only = false;              // the session is only asked, never run
  std::vector<std::string> shapes;     // "[NAME=]1,3,16,112,112"
};

// --shape, --threads, --db, --device, --isa, --accuracy, --weight-limit-mib.
// `several`: --threads takes a list, into it (thread_counts()).
void add_session_options(CLI::App& app, SessionOptions& options, std::vector<int>* several = nullptr);
// --tune and --tune-ms as well, for commands that do not tune for their own sake; --tune background for those that run for a while.
void add_tuning_options(CLI::App& app, SessionOptions& options, bool background = false);

// The dimensions given for inputs, by name: those of --shape. Throws UsageError.
std::vector<TensorInfo> parse_shapes(const std::vector<std::string>& shapes,
                                     const std::vector<TensorInfo>& inputs);

// Builds a session, showing progress. Dynamic inputs take the shapes in `given`; a leading dimension that
// stays free is 1.
SessionHandle create_session(rt3d_model* model, const SessionOptions& options, std::vector<TensorInfo> given,
                             bool profile = false);

std::vector<int> thread_counts(
    const std::vector<int>& several);             // as given, each once; all usable cores where none is
int thread_count(const SessionOptions& options);  // as given, or what 0 stands for
std::string db_path_text(const SessionOptions& options);  // the file that remembers, or "none"

}  // namespace rt3d::cli
