// rt3d-tune list | export | import | merge: tuning databases as text.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/parts/db_changes.h"
#include "cli/parts/failure.h"
#include "cli/parts/handles.h"
#include "cli/parts/output_file.h"
#include "cli/parts/printable.h"
#include "cli/parts/rows_text.h"
#include "cli/parts/temporary_folder.h"

namespace rt3d::cli {
namespace {

struct DbOptions {
  std::string db;
  std::string file;
  std::string made_by = "rt3d-tune export";
  bool as_json = false;
};

void declare_db(CLI::App& app, DbOptions& options) {
  app.add_option("--db", options.db, "Tuning database (default: the user's own)")->type_name("FILE");
}
void declare_export(CLI::App& app, DbOptions& options) {
  declare_db(app, options);
  app.add_option("-o,--output", options.file, "Text file to write (default, and -: standard output)")
      ->type_name("FILE");
  app.add_option("--made-by", options.made_by, "The command that measured the rows, for the text's comment")
      ->type_name("TEXT")
      ->capture_default_str();
}
void declare_changing(CLI::App& app, DbOptions& options) {
  declare_db(app, options);
  app.add_flag("--json", options.as_json, "Print JSON");
}
void declare_import(CLI::App& app, DbOptions& options) {
  declare_changing(app, options);
  app.add_option("FILE", options.file, "Text that export wrote; -: standard input")->required();
}
void declare_merge(CLI::App& app, DbOptions& options) {
  declare_changing(app, options);
  app.add_option("FILE", options.file, "The other database")->required();
}

std::string rows_of(rt3d_db* db) {
  const char* text = rt3d_db_export(db);
  if (text == nullptr) throw Failure(rt3d_last_error());
  return text;
}

// "none" says elsewhere that nothing is kept.
DbHandle open_kept(const DbOptions& options, bool writable) {
  if (options.db == "none")
    throw UsageError("--db none keeps nothing: give a file (./none for one of that name)");
  return open_db(options.db, writable);
}

void list(const DbOptions& options) {
  const DbHandle db = open_kept(options, false);
  const std::string text = rows_of(db.get());
  std::printf("%s: %lld rows\n%s", printable(rt3d_db_path(db.get())).c_str(),
              static_cast<long long>(std::count(text.begin(), text.end(), '\n') - 1),
              printable_lines(text).c_str());
}

// Rows as text in the place of the database, or of a file that SQLite keeps beside it, would end it.
void refuse_database(const std::string& file, const std::string& database) {
  std::error_code none;
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"})
    if (std::filesystem::equivalent(file, database + suffix, none))
      throw UsageError("-o " + file + " is the database itself, or a part of it; give the text another name");
}

void export_rows(const DbOptions& options) {
  const DbHandle db = open_kept(options, false);
  const bool to_file = !options.file.empty() && options.file != "-";
  if (to_file) refuse_database(options.file, rt3d_db_path(db.get()));
  const std::string text = with_comments(rows_of(db.get()), provenance(options.made_by));
  if (!to_file) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  write_text(options.file, text);
}

bool has_database(const DbOptions& options) {
  rt3d_db* db = nullptr;
  const rt3d_status status = rt3d_db_open(&db, options.db.empty() ? nullptr : options.db.c_str(), 0);
  const DbHandle opened(db);
  return status == RT3D_OK;
}

// What cannot be imported leaves no new, empty database behind, unless there is no room for a trial.
void try_rows(const std::string& text, const std::string& attempt) {
  std::error_code none;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(none);
  if (none || access(temporary.c_str(), W_OK) != 0) return;
  const TemporaryFolder folder(temporary, "rt3d-import-");
  const DbHandle trial = open_db((folder.path() / "trial.db").string(), true);
  check(rt3d_db_import(nullptr, trial.get(), text.c_str()), attempt);
}

void import_rows(const DbOptions& options) {
  const std::string text = read_rows(options.file);
  const std::string attempt = "cannot import " + options.file;
  if (!has_database(options)) try_rows(text, attempt);
  const DbHandle db = open_kept(options, true);
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  check(rt3d_db_import(&changes, db.get(), text.c_str()), attempt);
  print_changes(changes, rt3d_db_path(db.get()), options.as_json);
}

void merge_rows(const DbOptions& options) {
  if (options.db != "none") open_db(options.file, false);  // before a database is made for its rows
  const DbHandle db = open_kept(options, true);
  std::error_code none;
  if (std::filesystem::equivalent(options.file, rt3d_db_path(db.get()), none))
    throw UsageError("merge " + options.file +
                     ": that is the database itself; give another one, or name it with --db");
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  if (rt3d_db_merge(&changes, db.get(), options.file.c_str()) != RT3D_OK)
    throw Failure(rt3d_last_error());  // which names the file
  print_changes(changes, rt3d_db_path(db.get()), options.as_json);
}

}  // namespace

Runner tune_list_command(CLI::App& app) { return bind<DbOptions>(app, declare_db, list); }
Runner tune_export_command(CLI::App& app) { return bind<DbOptions>(app, declare_export, export_rows); }
Runner tune_import_command(CLI::App& app) { return bind<DbOptions>(app, declare_import, import_rows); }
Runner tune_merge_command(CLI::App& app) { return bind<DbOptions>(app, declare_merge, merge_rows); }

}  // namespace rt3d::cli
