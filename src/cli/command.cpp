#include "cli/command.h"

#include <cstdio>
#include <new>

#include "cli/failure.h"
#include "cli/library_warnings.h"

namespace rt3d::cli {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

// One line, whatever the text holds.
int complain(const std::string& program, std::string text, int exit_code) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  std::fprintf(stderr, "%s: error: %s\n", program.c_str(), text.c_str());
  return exit_code;
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  show_library_warnings(program.name);
  const std::string name = program.name;
  CLI::App app(program.summary, name);
  app.footer(program.examples);
  app.set_version_flag("--version", std::string(program.name) + " " + rt3d_version());
  app.require_subcommand(program.setup == nullptr ? 1 : 0, 1);
  Runner chosen;
  if (program.setup != nullptr) chosen = program.setup(app);
  for (const Command& command : program.commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->footer(command.examples);
    sub->callback([&chosen, runner = command.setup(*sub)] { chosen = runner; });
  }
  try {
    app.parse(argc, argv);
    chosen();
    std::fflush(stdout);
    if (std::ferror(stdout)) throw Failure("cannot write to standard output");
    return 0;
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    std::string asked = name;
    for (const CLI::App* sub : app.get_subcommands()) asked += " " + sub->get_name();
    return complain(name, std::string(error.what()) + " (" + asked + " --help says more)", kUsage);
  } catch (const UsageError& error) {
    return complain(name, error.what(), kUsage);
  } catch (const std::bad_alloc&) {
    return complain(name, "out of memory: give smaller shapes", kFailure);
  } catch (const std::exception& error) {
    return complain(name, error.what(), kFailure);
  }
}

}  // namespace rt3d::cli
