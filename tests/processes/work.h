// What a process does with the database: one turn each. All of it throws std::runtime_error where something is wrong.
#pragma once

#include <atomic>
#include <span>
#include <string>

#include "base/random.h"
#include "processes/net.h"

namespace rt3d::processes {

// What a process tells the one that started it, in memory that both see.
struct Told {
  std::atomic<int> imported;  // batches that were stored
  std::atomic<int> problems;  // of the net, that were tuned
  std::atomic<int> net;       // the latest
  std::atomic<int> turns, runs, plans;
  std::atomic<bool> begun;  // a candidate
  char wrong[400];
};

struct Work {
  std::span<const Net> nets;
  std::string database;
  int writer = 0;
  Told& told;
  Random random;
};

struct WorkRow {
  const char* name;
  void (*turn)(Work&);
};
std::span<const WorkRow> works();

// Warnings and errors of the library go to told.wrong.
void listen(Told& told);
void complain(Told& told, const std::string& what);

}  // namespace rt3d::processes
