// rt3d-tune list | export | import | merge: tuning databases as text.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/handles.h"
#include "cli/output_file.h"

namespace rt3d::cli {
namespace {

struct DbOptions {
  std::string db;
  std::string file;
};

void declare_db(CLI::App& app, DbOptions& options) {
  app.add_option("--db", options.db, "Tuning database (default: the user's own)")->type_name("FILE");
}
void declare_export(CLI::App& app, DbOptions& options) {
  declare_db(app, options);
  app.add_option("-o,--output", options.file, "Text file to write (default: standard output)")
      ->type_name("FILE");
}
void declare_import(CLI::App& app, DbOptions& options) {
  declare_db(app, options);
  app.add_option("FILE", options.file, "Text that export wrote; -: standard input")->required();
}
void declare_merge(CLI::App& app, DbOptions& options) {
  declare_db(app, options);
  app.add_option("FILE", options.file, "The other database")->required();
}

void list(const DbOptions& options) {
  const DbHandle db = open_db(options.db, false);
  std::printf("%s: %lld rows\n%s", rt3d_db_path(db.get()), static_cast<long long>(rt3d_db_count(db.get())),
              rt3d_db_export(db.get()));
}

void export_rows(const DbOptions& options) {
  const DbHandle db = open_db(options.db, false);
  const std::string text = rt3d_db_export(db.get());
  if (options.file.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  write_text(options.file, text);
}

void import_rows(const DbOptions& options) {
  std::ostringstream text;
  if (options.file == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream in(options.file, std::ios::binary);
    if (!in || !(text << in.rdbuf()))
      throw Failure("cannot read rows from " + options.file + ": give a file that export wrote");
  }
  const DbHandle db = open_db(options.db, true);
  std::int64_t added = 0;
  check(rt3d_db_import(&added, db.get(), text.str().c_str()), "cannot import " + options.file);
  std::printf("%lld rows added to %s\n", static_cast<long long>(added), rt3d_db_path(db.get()));
}

void merge_rows(const DbOptions& options) {
  const DbHandle db = open_db(options.db, true);
  std::int64_t added = 0;
  check(rt3d_db_merge(&added, db.get(), options.file.c_str()), "cannot merge " + options.file);
  std::printf("%lld rows added to %s\n", static_cast<long long>(added), rt3d_db_path(db.get()));
}

}  // namespace

Runner tune_list_command(CLI::App& app) { return bind<DbOptions>(app, declare_db, list); }
Runner tune_export_command(CLI::App& app) { return bind<DbOptions>(app, declare_export, export_rows); }
Runner tune_import_command(CLI::App& app) { return bind<DbOptions>(app, declare_import, import_rows); }
Runner tune_merge_command(CLI::App& app) { return bind<DbOptions>(app, declare_merge, merge_rows); }

}  // namespace rt3d::cli
