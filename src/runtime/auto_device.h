// The device "auto": the CPU, or an accelerator where whole runs of the model were measured faster on it: the one named behind it
// ("auto,opencl:1"), else the first of which nothing speaks against it (Accelerator::not_auto).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/prepared.h"

namespace rt3d::runtime {

// Of the rows that remember what whole runs took: no kernel family's, and the version of how both are timed.
inline constexpr std::string_view kWholeModelFamily = "model.accelerator";
inline constexpr int kWholeModelVersion = 3;

// What "auto" came to: what runs, and, where that is an accelerator, the CPU's plan, which sleeps until the other is lost.
struct AutoChoice {
  std::unique_ptr<Prepared> chosen, spare;
  std::string why;  // for people: "auto: cpu 12.3 ms a run, opencl:0 4.5 ms"
};

// Remembers in the options' database what it measures. Where there was no time to tune all layers of both, a session that may tune goes on
// with them, and times whole runs again only where that changed one of the plans. Without tuning it measures nothing. An accelerator that
// fails is none. Throws what Session's constructor does.
AutoChoice choose_device(const graph::Graph& model, SessionOptions options);

}  // namespace rt3d::runtime
