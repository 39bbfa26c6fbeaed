#include "calls.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

namespace rt3d::cl_faults {
namespace {

struct State {
  std::mutex mutex;
  std::string faults_text, counts_file;
  std::shared_ptr<const Faults> faults = std::make_shared<Faults>();
  std::array<long, kFunctions> calls_of_text{};  // since faults_text was set
  long enqueues_of_text = 0;
  std::array<long, kFunctions> calls{};  // since counts_file was set
  long struck = 0;                       // likewise
};

// Never destroyed: drivers' threads may still call while the process ends.
State& state() {
  static State& it = *new State;
  return it;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

void read_environment(State& s) {
  if (std::string text = environment("RT3D_TEST_CL_FAULTS"); text != s.faults_text) {
    s.faults = std::make_shared<Faults>(parse_faults(text));
    s.faults_text = std::move(text);
    s.calls_of_text = {};
    s.enqueues_of_text = 0;
  }
  if (std::string file = environment("RT3D_TEST_CL_COUNTS"); file != s.counts_file) {
    s.counts_file = std::move(file);
    s.calls = {};
    s.struck = 0;
  }
}

bool is_enqueue(Function function) {
  return std::strncmp(kNames[static_cast<int>(function)], "clEnqueue", 9) == 0;
}

// What a lost device answers; CL_SUCCESS for calls that do not concern it.
cl_int lost_answer(Function function, const Faults& faults) {
  if (is_enqueue(function) || function == Function::clFlush || function == Function::clFinish)
    return faults.lost_error;
  return function == Function::clWaitForEvents ? CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST : CL_SUCCESS;
}

cl_int error_of(State& s, Function function) {
  const auto row = static_cast<std::size_t>(function);
  const long call = ++s.calls_of_text[row];
  if (is_enqueue(function)) ++s.enqueues_of_text;
  for (const Faults::Error& error : s.faults->errors[row])
    if (error.call == Faults::kEvery || error.call == call) return error.error;
  return s.enqueues_of_text >= s.faults->lost_from ? lost_answer(function, *s.faults) : CL_SUCCESS;
}

// Under another name first, so that whoever reads the file sees a whole one. A process that ends may have changed the variable after
// its last call.
void write(const State& s) {
  if (s.counts_file.empty() || environment("RT3D_TEST_CL_COUNTS") != s.counts_file) return;
  const std::string unfinished = s.counts_file + ".new";
  std::FILE* file = std::fopen(unfinished.c_str(), "w");
  if (!file) refuse("cannot write " + unfinished);
  for (std::size_t i = 0; i < kFunctions; ++i) std::fprintf(file, "%s %ld\n", kNames[i], s.calls[i]);
  std::fprintf(file, "faults %ld\n", s.struck);
  std::fclose(file);
  if (std::rename(unfinished.c_str(), s.counts_file.c_str()) != 0) refuse("cannot write " + s.counts_file);
}

// When the process ends.
struct AtExit {
  ~AtExit() { write_counts(); }
} at_exit;

}  // namespace

Begun begin_call(Function function) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  read_environment(s);
  ++s.calls[static_cast<std::size_t>(function)];
  const cl_int error = error_of(s, function);
  if (error != CL_SUCCESS) ++s.struck;
  return {s.faults, error};
}

void count_fault() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  ++s.struck;
}

void write_counts() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  write(s);
}

}  // namespace rt3d::cl_faults

long rt3d_cl_faults_calls(const char* function) {
  using namespace rt3d::cl_faults;
  State& s = state();
  const std::lock_guard lock(s.mutex);
  read_environment(s);
  if (std::strcmp(function, "faults") == 0) return s.struck;
  for (std::size_t i = 0; i < kFunctions; ++i)
    if (std::strcmp(function, kNames[i]) == 0) return s.calls[i];
  return -1;
}
