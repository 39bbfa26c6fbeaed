// rt3d-processes: what processes may do to one tuning database, and to each other.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>

#include "processes/rounds.h"

namespace rt3d::processes {
namespace {

constexpr char kHelp[] =
    "rt3d-processes kill  [--rounds N] [--seed S] [--folder DIR]\n"
    "    kills a process at a random moment of tuning, swapping plans, importing or serving, N times (2000) "
    "with one\n"
    "    database; after each kill the next load works and answers right, and nothing that was stored is "
    "lost\n"
    "rt3d-processes crowd [--processes N] [--seconds T] [--seed S] [--folder DIR]\n"
    "    N processes (8) tune, serve and import with one database for T seconds (600): no error, no row "
    "lost\n"
    "--folder: where the database's folder is made, and removed; default: the folder for temporary files\n"
    "The last line sums up; the exit code is 1 when something was wrong, 2 when the command line is.\n";

// Whole and positive, or 0.
int number_of(const char* text) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  return *text != '\0' && *end == '\0' && value > 0 && value <= 1'000'000'000 ? static_cast<int>(value) : 0;
}

int refuse(const char* what, const char* text) {
  std::fprintf(stderr, "rt3d-processes: %s '%s'\n%s", what, text, kHelp);
  return 2;
}

int run(int count, char** values) {
  Options options;
  options.folder = std::filesystem::temp_directory_path().string();
  const char* const command = count > 1 ? values[1] : "";
  if (std::strcmp(command, "--help") == 0 || std::strcmp(command, "-h") == 0)
    return std::fputs(kHelp, stdout), 0;
  int (*const work)(const Options&) = std::strcmp(command, "kill") == 0    ? kill_rounds
                                      : std::strcmp(command, "crowd") == 0 ? crowd
                                                                           : nullptr;
  if (work == nullptr) return refuse("no such command:", command);
  int seed = 1;
  struct NumberRow {
    const char* name;
    int* to;
  };
  const NumberRow numbers[] = {{"--rounds", &options.rounds},
                               {"--processes", &options.processes},
                               {"--seconds", &options.seconds},
                               {"--seed", &seed}};
  for (int i = 2; i < count; ++i) {
    const char* const value = i + 1 < count ? values[i + 1] : "";
    bool known = std::strcmp(values[i], "--folder") == 0;
    if (known) options.folder = value;
    for (const NumberRow& row : numbers) {
      if (std::strcmp(values[i], row.name) != 0) continue;
      known = true;
      if ((*row.to = number_of(value)) == 0) return refuse("a positive number is wanted behind", values[i]);
    }
    if (!known) return refuse("no such option:", values[i]);
    ++i;
  }
  options.seed = static_cast<std::uint64_t>(seed);
  return work(options) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rt3d::processes

int main(int count, char** values) {
  try {
    return rt3d::processes::run(count, values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rt3d-processes: %s\n", error.what());
    return 1;
  }
}
