#include "cli/commands/tune_batch.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/parts/busy.h"
#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/json_output.h"
#include "cli/parts/plain_text.h"
#include "cli/parts/printable.h"
#include "cli/parts/progress.h"
#include "cli/parts/table.h"
#include "cli/parts/tuning_text.h"

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameColumns = 36;  // of the 80 that a line has

// A model for a number of threads.
struct Job {
  Job(std::string file, int count) : model(std::move(file)), threads(count) {}

  std::string model;
  int threads;
  int problems = 0;        // that it is expected to measure: neither known, nor an earlier job's
  double expected_ns = 0;  // for these, about
  std::string failure;     // why it is not tuned; "": it is
  bool done = false;
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;

  std::string name() const {
    return model + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  }
};

// Whatever befalls a job is its own; an interruption is everybody's.
template <typename Part>
void attempt(Job& job, const Part& part) {
  try {
    part();
  } catch (const std::exception& error) {
    job.failure = failure_text(error);
    complain(naming(job.model, job.failure));
  }
}

SessionHandle session_of(const Job& job, SessionOptions options) {
  options.threads = job.threads;
  options.plan_only = true;
  const ModelHandle model = load_model(job.model);
  return create_session(model.get(), options, parse_shapes(options.shapes, inputs_of(model.get())));
}

// What each job will measure. Those of a model that failed are left out, for it would fail again.
void look_ahead(std::vector<Job>& jobs, SessionOptions options) {
  const bool full = options.tune == "full";
  options.tune = "later";
  options.tune_ms = -1;
  options.quiet = true;
  std::set<std::pair<int, std::string>> expected;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Job& job = jobs[i];
    if (i > 0 && jobs[i - 1].model == job.model && !jobs[i - 1].failure.empty()) {
      job.failure = jobs[i - 1].failure;
      continue;
    }
    attempt(job, [&] {
      const SessionHandle session = session_of(job, options);
      for (const Prospect& p : prospects_of(session.get())) {
        if ((full ? p.full_candidates : p.quick_candidates) == 0) continue;
        if (!expected.emplace(job.threads, p.problem).second) continue;
        ++job.problems;
        job.expected_ns += full ? p.full_ns : p.quick_ns;
      }
    });
    if (interruption_requested()) throw Interrupted();
  }
}

std::string state_of(const Job& job) {
  return !job.failure.empty() ? "failed" : job.done ? "done" : "not begun";
}

std::string table_of(const std::vector<Job>& jobs) {
  Table table("lrrrrrl");
  table.add({"model", "thr", "problems", "measured", "left", "time", ""});
  table.rule();
  for (const Job& job : jobs) {
    const std::string name(first_columns(fs::path(job.model).filename().string(), kNameColumns));
    if (!job.done)
      table.add({name, std::to_string(job.threads), "", "", "", "", state_of(job)});
    else
      table.add({name, std::to_string(job.threads), std::to_string(job.stats.problems),
                 std::to_string(job.stats.tuned), std::to_string(job.stats.estimated),
                 duration(static_cast<double>(job.stats.tune_ns)), ""});
  }
  return table.text();
}

nlohmann::json json_of(const std::vector<Job>& jobs, const SessionOptions& options, double load) {
  nlohmann::json models = nlohmann::json::array();
  for (const Job& job : jobs) {
    nlohmann::json one = {{"model", job.model},
                          {"threads", job.threads},
                          {"state", state_of(job)},
                          {"expected_problems", job.problems},
                          {"expected_ns", job.expected_ns}};
    if (!job.failure.empty()) one["failure"] = job.failure;
    if (job.done) one["tuning"] = tuning_json(job.stats);
    models.push_back(std::move(one));
  }
  return {{"models", models},
          {"accuracy", options.accuracy},
          {"machine_load", load},
          {"database", db_path_text(options)}};
}

}  // namespace

std::vector<std::string> listed_models(const std::string& from) {
  std::vector<std::string> models;
  std::error_code error;
  if (fs::is_directory(from, error)) {
    for (const auto& entry : fs::directory_iterator(from, error))
      if (entry.path().extension() == ".onnx") models.push_back(entry.path().string());
    std::ranges::sort(models);
  } else {
    std::ifstream list(from);
    if (!list) throw UsageError("--all-models " + from + ": no folder, and no list that can be read");
    for (std::string line; std::getline(list, line);) {
      line = plain_text(line);
      line.erase(std::min(line.find('#'), line.size()));
      line.erase(line.find_last_not_of(" \t\r") + 1);
      if (!line.empty()) models.push_back((fs::path(from).parent_path() / line).string());
    }
  }
  if (models.empty())
    throw UsageError("--all-models " + from +
                     " names no model: give a folder with ONNX files, or a list of them");
  return models;
}

void tune_batch(const std::vector<std::string>& models, const std::vector<int>& threads,
                const SessionOptions& options, bool as_json) {
  std::vector<Job> jobs;
  for (const std::string& model : models)
    for (const int count : threads) jobs.emplace_back(model, count);
  const double load = warn_when_busy();
  look_ahead(jobs, options);
  double expected_ns = 0;
  for (const Job& job : jobs) expected_ns += job.expected_ns;
  const auto going = std::ranges::count_if(jobs, [](const Job& job) { return job.failure.empty(); });
  OverallProgress overall(static_cast<int>(going), expected_ns);
  SessionOptions session_options = options;
  session_options.overall = &overall;
  const auto report = [&] { return as_json ? json_text(json_of(jobs, options, load)) : table_of(jobs); };
  for (Job& job : jobs) {
    if (!job.failure.empty()) continue;
    overall.begin(job.name(), job.expected_ns);
    attempt(job, [&] {
      const SessionHandle session = session_of(job, session_options);
      job.stats = stats_of(session.get());
      if (job.stats.rows_not_stored > 0)
        throw Failure(
            join(job.stats.rows_not_stored, " rows were measured and not stored: ", job.stats.database_note));
      job.stats.database_note = nullptr;  // the session's
      job.done = true;
    });
    print_if_interrupted(report());
  }
  const PrintsWhole now;
  std::printf("%s", report().c_str());
  if (std::ranges::any_of(jobs, [](const Job& job) { return !job.failure.empty(); })) throw Reported();
}

}  // namespace rt3d::cli
