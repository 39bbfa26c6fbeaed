// What the kit does on a phone, step by step, what counts most first.
#pragma once

#include <string>
#include <vector>

#include "cli/phone/core_sets.h"
#include "cli/phone/networks.h"

namespace rt3d::cli {

enum class StepKind {
  check,     // outputs at every accuracy against those that came along
  bench,     // tunes, measures, and checks the tuned plan's outputs
  sustained  // runs the tuned plan without a pause, watching clocks and heat
};
const char* step_kind_name(StepKind kind);

struct PhoneStep {
  StepKind kind{};
  const Network* network = nullptr;
  CoreSet cores;
  int threads = 1;
  std::string accuracy = "default";

  std::string id() const;  // "bench-c3d-default-fast-4": the name of its file
};

// First whether results are right, then every network on the set that counts most, then heat, halves, threads and clusters.
std::vector<PhoneStep> phone_steps(bool small, const std::vector<CoreSet>& sets);

// The words of the `case` command that does the step in `folder`; `reference`: the folder of all networks' outputs.
std::vector<std::string> case_words(const PhoneStep& step, bool small, const std::string& folder,
                                    const std::string& reference);

}  // namespace rt3d::cli
