// A command: a row of the table in its program's main file. setup() declares the options and returns what
// runs the command once they are parsed; it throws UsageError (exit code 2) or any other exception (exit code
// 1).
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <span>

namespace rt3d::cli {

using Runner = std::function<void()>;

struct Command {
  const char* name;
  Runner (*setup)(CLI::App& app);
  const char* summary;
  const char* examples;
};

// Ties a command's options struct to its two functions.
template <typename Options>
Runner bind(CLI::App& app, void (*declare)(CLI::App&, Options&), void (*run)(const Options&)) {
  auto options = std::make_shared<Options>();
  declare(app, *options);
  return [options, run] { run(*options); };
}

struct Program {
  const char* name;
  const char* summary;
  const char* examples;
  std::span<const Command> commands;
  Runner (*setup)(CLI::App& app) = nullptr;  // what the program does when no command is named, if anything
};

// Parses, runs, prints one line on standard error for what fails; returns the exit code: 0, 1 failure, 2
// wrong usage.
int run_program(const Program& program, int argc, char** argv);

}  // namespace rt3d::cli
