// rt3d-phone references: the outputs that are right, which the kit brings along.
#include <cstdio>
#include <filesystem>

#include "cli/parts/failure.h"
#include "cli/parts/output_file.h"
#include "cli/parts/temporary_folder.h"
#include "cli/phone/child.h"
#include "cli/phone/commands.h"
#include "cli/phone/networks.h"

namespace rt3d::cli {
namespace {

struct ReferencesOptions {
  std::string folder;
  bool small_only = false;
};

void declare(CLI::App& app, ReferencesOptions& options) {
  app.add_option("-o,--output", options.folder, "Folder to write: a folder with NAME.npy for each network")
      ->required()
      ->type_name("DIR");
  app.add_flag("--quick", options.small_only, "Of the small networks alone");
}

void run_or_throw(const std::vector<std::string>& words, const std::filesystem::path& folder) {
  const ChildResult child =
      run_child(own_command(words), {.folder = folder, .cpus = {}, .most_seconds = 1800});
  if (child.exit_code != 0) throw Failure(words[0] + ": " + child.trouble);
}

// Direct methods alone, no tuning: what this machine's code computes without any short cut.
void write_reference(const Network& network, const std::filesystem::path& scratch,
                     const std::filesystem::path& to) {
  const std::string model = (scratch / "model.onnx").string();
  std::vector<std::string> make = words_of(network.make);
  make.insert(make.begin(), "make-model");
  make.insert(make.end(), {"-o", model});
  run_or_throw(make, scratch);
  run_or_throw({"run", model, "--accuracy", "exact", "--tune", "off", "--db", "none", "-o",
                (to / network.name).string()},
               scratch);
  std::printf("%s\n", network.name);
  std::fflush(stdout);
}

void run(const ReferencesOptions& options) {
  check_output_folder(options.folder);
  const TemporaryFolder scratch(std::filesystem::temp_directory_path(), "rt3d-phone-");
  for (const bool small : {true, false})
    for (const Network& network : networks(small))
      if (small || !options.small_only) write_reference(network, scratch.path(), options.folder);
}

}  // namespace

Runner phone_references_command(CLI::App& app) { return bind<ReferencesOptions>(app, declare, run); }

}  // namespace rt3d::cli
