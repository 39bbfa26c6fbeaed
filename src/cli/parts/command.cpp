#include "cli/parts/command.h"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "cli/parts/build_info.h"
#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/library_warnings.h"
#include "cli/parts/nearest.h"

namespace rt3d::cli {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

constexpr const char* kExitCodes =
    "\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (Ctrl-C), 143 terminated (SIGTERM).\n"
    "Results are on standard output; errors, warnings and progress on standard error.";

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> names_of_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// What CLI11 says about a command line, with the name that may have been meant.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const CLI::App& asked = chosen.empty() ? app : *chosen.front();
  std::string text = error.what();
  for (const std::string& word : asked.remaining()) {
    const bool option = word.starts_with("--");
    const bool no_command = !option && (!chosen.empty() || app.get_require_subcommand_min() == 0);
    if (no_command) continue;
    const std::string name = word.substr(0, word.find('='));
    text = join("there is no ", option ? "option '" : "command '", name, "'",
                suggestion(name, option ? names_of_options(asked) : names_of_commands(app)));
    break;
  }
  const std::string name = chosen.empty() ? app.get_name() : app.get_name() + " " + asked.get_name();
  return text + " (" + name + " --help says more)";
}

// A program that does something without a command takes a mistyped one for a file.
std::string mistyped_command(const CLI::App& app, int argc, char** argv) {
  std::error_code unreachable;  // counts as a name that nothing has
  if (!app.get_subcommands().empty() || argc < 2 || std::filesystem::exists(argv[1], unreachable)) return "";
  return suggestion(argv[1], names_of_commands(app));
}

// An empty value is a shell variable that was not set, not a wish for the default.
void refuse_empty_values(CLI::App& app) {
  const CLI::Validator not_empty([](std::string& value) { return value.empty() ? "the value is empty" : ""; },
                                 "");
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 0) option->check(not_empty);
}

// What a program printed has not reached anybody before this.
void require_printed() {
  std::cout.flush();  // which help and versions go to
  std::fflush(stdout);
  if (std::ferror(stdout) || !std::cout) throw Failure("cannot write to standard output");
}

// Help and versions end the parsing; nothing is left to run then.
void parse(CLI::App& app, int argc, char** argv, Runner& chosen) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    app.exit(request);
    chosen = [] {};
  }
}

int run_command_line(const Program& program, CLI::App& app, int argc, char** argv) {
  Runner chosen;
  if (program.setup != nullptr) chosen = program.setup(app);
  refuse_empty_values(app);
  for (const Command& command : program.commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->footer(command.examples);
    sub->callback([&chosen, runner = command.setup(*sub)] { chosen = runner; });
    refuse_empty_values(*sub);
  }
  try {
    parse(app, argc, argv, chosen);
    chosen();
    require_printed();
    return 0;
  } catch (const CLI::ParseError& error) {
    complain(usage_text(app, error));
    return kUsage;
  } catch (const UsageError& error) {
    complain(error.what());
    return kUsage;
  } catch (const Reported&) {
    return kFailure;
  } catch (const std::exception& error) {
    complain(failure_text(error) + mistyped_command(app, argc, argv));
    return kFailure;
  }
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  speak_as(program.name);
  show_library_warnings(program.name);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of whoever writes it
  watch_for_interruption(program.name);
  CLI::App app(program.summary, program.name);
  app.footer(program.examples + std::string(kExitCodes));
  app.set_version_flag("--version",
                       join(program.name, " ", rt3d_version(), " (commit ", build_commit(), ")"));
  app.require_subcommand(program.setup == nullptr ? 1 : 0, 1);
  int exit_code = kFailure;
  try {
    exit_code = run_command_line(program, app, argc, argv);
  } catch (const Interrupted&) {
  }
  end_if_interrupted();
  return exit_code;
}

}  // namespace rt3d::cli
