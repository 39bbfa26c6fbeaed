#include "cli/phone/plan.h"

#include "cli/parts/failure.h"

namespace rt3d::cli {
namespace {

int count(const CoreSet& set) { return static_cast<int>(set.cpus.size()); }

struct Effort {
  const char *tune_ms, *runs, *warmup, *sustain;
};
constexpr Effort kFull = {"8000", "15", "3", "60"}, kSmallEffort = {"1000", "2", "1", "1"};

}  // namespace

const char* step_kind_name(StepKind kind) {
  constexpr const char* kNames[] = {"check", "bench", "sustained"};
  return kNames[static_cast<int>(kind)];
}

std::string PhoneStep::id() const {
  const std::string what = join(step_kind_name(kind), "-", network->name);
  return kind == StepKind::check ? what : join(what, "-", accuracy, "-", cores.name, "-", threads);
}

std::vector<PhoneStep> phone_steps(bool small, const std::vector<CoreSet>& sets) {
  const CoreSet& first = sets.at(0);
  std::vector<PhoneStep> steps;
  const auto all = networks(small);
  const Network* hot = nullptr;  // the last of the central ones
  for (const Network& network : all) {
    steps.push_back({StepKind::check, &network, first, count(first), ""});
    if (network.central) hot = &network;
  }
  for (const Network& network : all)
    steps.push_back({StepKind::bench, &network, first, count(first), "default"});
  steps.push_back({StepKind::sustained, hot, first, count(first), "default"});
  for (const Network& network : all)
    if (!small || network.central) steps.push_back({StepKind::bench, &network, first, count(first), "half"});
  for (const Network& network : all) {
    if (small && !network.central) continue;
    for (int threads = 1; threads < count(first) && (threads == 1 || network.central); threads *= 2)
      steps.push_back({StepKind::bench, &network, first, threads, "default"});
  }
  for (const Network& network : all)
    for (std::size_t i = 1; network.central && i < sets.size(); ++i)
      steps.push_back({StepKind::bench, &network, sets[i], count(sets[i]), "default"});
  return steps;
}

std::vector<std::string> case_words(const PhoneStep& step, bool small, const std::string& folder,
                                    const std::string& reference) {
  const Effort& effort = small ? kSmallEffort : kFull;
  std::vector<std::string> words = {"case",        join(folder, "/", step.network->name, ".onnx"),
                                    "--reference", join(reference, "/", step.network->name),
                                    "--threads",   std::to_string(step.threads)};
  const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  if (step.kind == StepKind::check) {
    add({"--db", "none", "--all-accuracies"});
    return words;
  }
  add({"--accuracy", step.accuracy, "--db", join(folder, "/tuning-", step.cores.name, ".db")});
  if (step.kind == StepKind::sustained)
    add({"--sustain", effort.sustain});
  else
    add({"--tune-ms", effort.tune_ms, "--runs", effort.runs, "--warmup", effort.warmup});
  return words;
}

}  // namespace rt3d::cli
