// rt3d-tune check-seeds | merge-seeds: files of rows that travel.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/parts/db_changes.h"
#include "cli/parts/failure.h"
#include "cli/parts/handles.h"
#include "cli/parts/json_output.h"
#include "cli/parts/output_file.h"
#include "cli/parts/printable.h"
#include "cli/parts/rows_text.h"
#include "cli/parts/temporary_folder.h"

namespace rt3d::cli {
namespace {

struct SeedsOptions {
  std::vector<std::string> files;
  std::string output;
  bool as_json = false;
};

void declare_checked(CLI::App& app, SeedsOptions& options) {
  app.add_option("FILE", options.files, "Text that export or merge-seeds wrote")->required();
  app.add_flag("--json", options.as_json, "Print JSON");
}
void declare_merged(CLI::App& app, SeedsOptions& options) {
  app.add_option("FILE", options.files, "Text that export or merge-seeds wrote")->required();
  app.add_option("-o,--output", options.output, "Text file to write; it may be one of them")
      ->required()
      ->type_name("FILE");
}

rt3d_db_changes checked(const std::string& text) {
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  if (rt3d_seeds_check(&changes, text.c_str()) != RT3D_OK) throw Failure(rt3d_last_error());
  return changes;
}

// What is wrong with one file is told, and the others are looked at.
void check_files(const SeedsOptions& options) {
  bool wrong = false;
  nlohmann::json files = nlohmann::json::array();
  for (const std::string& file : options.files) {
    try {
      const rt3d_db_changes changes = checked(read_rows(file));
      files.push_back({{"file", file}, {"rows", fits_json(changes)}});
      if (!options.as_json)
        std::printf("%s is good\n%s", printable(file).c_str(), fits_text(changes).c_str());
    } catch (const Failure& failure) {
      wrong = true;
      files.push_back({{"file", file}, {"failure", failure.what()}});
      complain(naming(file, failure.what()));
    }
  }
  if (options.as_json) print_json({{"files", files}});
  if (wrong) throw Reported();
}

// By the rules of an import: of two rows with one key the one that is worth more.
void merge_files(const SeedsOptions& options) {
  const TemporaryFolder folder(std::filesystem::temp_directory_path(), "rt3d-merge-");
  const DbHandle db = open_db((folder.path() / "rows.db").string(), true);
  std::vector<std::string> comments;
  for (const std::string& file : options.files) {
    const std::string text = read_rows(file);
    check(rt3d_db_import(nullptr, db.get(), text.c_str()), "cannot merge " + file);
    std::vector<std::string> its = comments_of(text);
    if (std::search(comments.begin(), comments.end(), its.begin(), its.end()) ==
        comments.end())  // whole: a line of it alone says nothing
      comments.insert(comments.end(), its.begin(), its.end());
  }
  const char* rows = rt3d_db_export(db.get());
  if (rows == nullptr) throw Failure(rt3d_last_error());
  write_text(options.output, with_comments(rows, comments));
}

}  // namespace

Runner tune_check_seeds_command(CLI::App& app) {
  return bind<SeedsOptions>(app, declare_checked, check_files);
}
Runner tune_merge_seeds_command(CLI::App& app) {
  return bind<SeedsOptions>(app, declare_merged, merge_files);
}

}  // namespace rt3d::cli
