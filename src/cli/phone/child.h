// Another process that does one thing, so that whatever ends it ends nothing else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace rt3d::cli {

struct ChildOptions {
  std::filesystem::path folder;             // of the files that take its output
  std::vector<int> cpus;                    // it runs there alone; empty: anywhere
  double most_seconds = 600;                // then it is killed
  std::function<void(double at_s)> look{};  // called about once a second while it runs
};

struct ChildResult {
  int exit_code = -1;  // -1: a signal ended it, or it never began
  std::string out;     // standard output
  std::string
      trouble;  // why it is no success: what it said last on standard error, the signal, the time; else ""
  std::int64_t begun_ns = 0;  // of the monotonic clock
  double seconds = 0;
};

// Runs words[0] with the others. The child ends when this process does. Throws Failure where none can be started.
ChildResult run_child(const std::vector<std::string>& words, const ChildOptions& options);

// This program with the words behind it; behind what RT3D_RUNNER says, where programs need an emulator.
std::vector<std::string> own_command(const std::vector<std::string>& words);

}  // namespace rt3d::cli
