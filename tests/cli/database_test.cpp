// The commands and tuning databases: what is named is used, what cannot be stored is an error or a warning,
// one line of it.
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/small_net.h"
#include "cli/shell.h"
#include "path_forms.h"
#include "rt3d/rt3d.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kRows[] =
    "rt3d-tuning\t2\n"
    "avx2/cpu\t2\tRelu 1x2 -> 1x2\trelu.fake.cpu\t1\ta=1\t1001.5\t2000\t1\t0\n";

std::string quoted(const std::string& text) { return "'" + text + "'"; }

std::int64_t count(const std::string& path) {
  rt3d_db* db = nullptr;
  if (rt3d_db_open(&db, path.c_str(), 0) != RT3D_OK) return -1;
  const std::int64_t rows = rt3d_db_count(db);
  rt3d_db_free(db);
  return rows;
}

int lines_with(const std::string& text, const std::string& part) {
  int lines = 0;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines += line.find(part) != std::string::npos;
  return lines;
}

bool is_one_line(const std::string& text) { return std::count(text.begin(), text.end(), '\n') == 1; }

// Few layers: tuning takes little, so that no time limit decides.
std::string tiny_model(const Shell& shell) { return shell.scratch.write("tiny.onnx", tests::net_bytes()); }

}  // namespace

TEST_CASE("rt3d-tune, import, merge and run write the database whatever the path's form") {
  const Shell shell;
  const std::string model = tiny_model(shell), rows = shell.scratch.write("rows.txt", kRows);
  REQUIRE(shell.tune("import " + rows + " --db " + shell.scratch.path("one.db")).exit_code == 0);
  int number = 0;
  for (const tests::PathForm& form : tests::kPathForms) {
    CAPTURE(form.what);
    const fs::path folder = shell.scratch.path("form" + std::to_string(++number));
    fs::create_directory(folder);
    tests::make_links(folder);
    const std::string db = " --db=" + quoted(tests::given(form, folder)),
                      file = (folder / form.lies).string();
    struct Writing {
      const char* program;
      std::string arguments;
    };
    const Writing writing[] = {{RT3D_TUNE_COMMAND, "import " + rows},
                               {RT3D_TUNE_COMMAND, "merge " + shell.scratch.path("one.db")},
                               {RT3D_TUNE_COMMAND, model + " --threads 1 --tune-ms 10000"},
                               {RT3D_COMMAND, "run " + model + " --threads 1 --tune-ms 10000"}};
    for (const Writing& w : writing) {
      CAPTURE(w.arguments);
      for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file + suffix);
      const Result result =
          shell("cd " + quoted(folder.string()) + " && " + w.program + " " + w.arguments + db);
      CHECK_MESSAGE(result.exit_code == 0, result.err);
      CHECK(lines_with(result.err, "warning") == 0);
      CHECK(count(file) > 0);
    }
  }
}

TEST_CASE("rt3d-tune ends with 1 and one line where nothing can be stored, before it measures anything") {
  const Shell shell;
  const std::string model = tiny_model(shell), rows = shell.scratch.write("rows.txt", kRows);
  REQUIRE(shell.tune("import " + rows + " --db " + shell.scratch.path("one.db")).exit_code == 0);
  REQUIRE(::mkfifo(shell.scratch.path("fifo").c_str(), 0600) == 0);
  fs::create_directory(shell.scratch.path("folder"));
  const std::string places[] = {"/proc/x.db",
                                rows + "/x.db",
                                rows,
                                model,
                                "/dev/null",
                                shell.scratch.path("fifo"),
                                shell.scratch.path("folder")};
  for (const std::string& place : places)
    for (const std::string& arguments :
         {model + " --threads 1", "import " + rows, "merge " + shell.scratch.path("one.db")}) {
      CAPTURE(place);
      CAPTURE(arguments);
      const Result result = shell.tune(arguments + " --db " + place);
      CHECK(result.exit_code == 1);
      CHECK_MESSAGE(is_one_line(result.err), result.err);
      CHECK(result.err.find(place) != std::string::npos);
      CHECK(result.out.empty());
    }
  CHECK(read_file(rows) == kRows);
  // A cache folder that cannot be made: the default database.
  const Result home = shell("XDG_CACHE_HOME=/proc/cache " RT3D_TUNE_COMMAND " import " + rows);
  CHECK(home.exit_code == 1);
  CHECK(is_one_line(home.err));
}

TEST_CASE("sessions of the commands go on without a database that cannot be written, and say so once") {
  const Shell shell;
  const std::string model = tiny_model(shell), options = " --threads 1 --tune-ms 10000 --json";
  for (const std::string& command : {"run " + model, "bench --runs 1 " + model}) {
    CAPTURE(command);
    const Result result = shell.rt3d(command + options + " --db /proc/x.db");
    CHECK_MESSAGE(result.exit_code == 0, result.err);
    CHECK_MESSAGE(lines_with(result.err, "/proc/x.db") == 1, result.err);
    CHECK(lines_with(result.err, "warning: ") >= 1);
    const auto report = nlohmann::json::parse(result.out);
    const auto& all = report.contains("tuning") ? report : report.at("models").at(0);
    CHECK(all["tuning"]["rows_not_stored"] > 0);
  }
  const Result text = shell.rt3d("run " + model + " --threads 1 --tune-ms 10000 --db /proc/x.db");
  CHECK(lines_with(text.out, "rows not stored") == 1);
  const Result logged =
      shell("RT3D_LOG=warning " RT3D_COMMAND " run " + model + options + " --db /proc/x.db");
  CHECK(lines_with(logged.err, "/proc/x.db") == 1);
}

TEST_CASE("no command takes a file that is no database for one, nor changes it") {
  const Shell shell;
  const std::string model = tiny_model(shell), notes = shell.scratch.write("README.md", "# My notes\n");
  const std::string bytes = read_file(model);
  for (const std::string& file : {notes, model})
    for (const std::string& line :
         {RT3D_COMMAND " run " + model, RT3D_COMMAND " bench " + model, RT3D_COMMAND " plan " + model,
          RT3D_TUNE_COMMAND " " + model, std::string(RT3D_TUNE_COMMAND " list"),
          std::string(RT3D_TUNE_COMMAND " export")}) {
      CAPTURE(line);
      const Result result = shell(line + " --db " + file);
      CHECK(result.exit_code == 1);
      CHECK_MESSAGE(is_one_line(result.err), result.err);
      CHECK(result.err.find(file) != std::string::npos);
    }
  CHECK(read_file(notes) == "# My notes\n");
  CHECK(read_file(model) == bytes);
  for (const auto& entry : fs::directory_iterator(shell.scratch.path()))
    CHECK(entry.path().string().find("corrupt") == std::string::npos);
}

TEST_CASE("rows as text never take the place of the database that they come from") {
  const Shell shell;
  const std::string db = shell.scratch.path("t.db"), link = shell.scratch.path("link");
  tests::write_bytes(shell.scratch.path("rows.txt"), kRows);
  REQUIRE(shell.tune("import " + shell.scratch.path("rows.txt") + " --db " + db).exit_code == 0);
  fs::create_symlink(db, link);
  for (const std::string& to : {db, link, db + ".lock"}) {
    const Result result = shell.tune("export --db " + db + " -o " + to);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(holds(result.err, "is the database itself"));
  }
  CHECK(count(db) == 1);
}

TEST_CASE("a limit of more milliseconds than a clock counts is no limit") {
  const Shell shell;
  const Result result = shell.rt3d("run " + shell.small_model() +
                                   " --db none --tune quick --tune-ms 9223372036854775807 --json");
  REQUIRE(result.exit_code == 0);
  CHECK(nlohmann::json::parse(result.out)["tuning"]["measurements"] > 0);
}

TEST_CASE("an import takes a pipe and refuses folders, devices and bytes that are no text") {
  const Shell shell;
  const std::string rows = shell.scratch.write("rows.txt", kRows), db = " --db " + shell.scratch.path("a.db");
  CHECK(shell("cat " + rows + " | " RT3D_TUNE_COMMAND " import -" + db).exit_code == 0);
  CHECK(count(shell.scratch.path("a.db")) == 1);
  const std::string cut = shell.scratch.write("cut.txt", std::string(kRows) + std::string(1, '\0') + "more");
  for (const std::string& bad :
       {std::string("/dev/zero"), std::string("/dev/null"), shell.scratch.path(""), cut}) {
    const Result result = shell.tune("import " + bad + db);
    CHECK(result.exit_code == 1);
    CHECK(is_one_line(result.err));
  }
}

TEST_CASE("import and merge say how many rows are new, replace others and change nothing") {
  const Shell shell;
  const std::string db = shell.scratch.path("a.db"), other = shell.scratch.path("b.db");
  std::string more(kRows), faster(kRows);
  more += more.substr(more.find('\n') + 1).replace(0, 4, "avx9");
  faster.replace(faster.find("1001.5"), 6, "1000.5");
  const auto says = [&](const std::string& arguments, const std::string& what) {
    const Result result = shell.tune(arguments + " --db " + db);
    CHECK_MESSAGE(result.exit_code == 0, result.err);
    CHECK(result.out.starts_with(what + " in " + db + "\n"));
  };
  const auto import = [&](const std::string& rows) {
    return "import " + shell.scratch.write("rows.txt", rows);
  };
  says(import(kRows), "1 rows added, 0 replaced, 0 unchanged");
  says(import(kRows), "0 rows added, 0 replaced, 1 unchanged");
  says(import(more), "1 rows added, 0 replaced, 1 unchanged");
  says(import(faster), "0 rows added, 1 replaced, 0 unchanged");
  REQUIRE(shell.tune(import(more) + " --db " + other).exit_code == 0);
  says("merge " + other, "0 rows added, 1 replaced, 1 unchanged");
}

TEST_CASE("import and merge say what the rows are good for here, a line for each reason") {
  const Shell shell;
  const std::string db = " --db " + shell.scratch.path("a.db"), rows = shell.scratch.write("rows.txt", kRows);
  const Result text = shell.tune("import " + rows + db);
  REQUIRE(text.exit_code == 0);
  CHECK(lines_with(text.out, "  0  fit this machine") == 1);
  CHECK(lines_with(text.out, "") == 3);
  CHECK(lines_with(text.out, "  1  of ") ==
        1);  // another device, or an unknown family where this one is of AVX2
  const Result again =
      shell.tune("merge " + shell.scratch.path("a.db") + " --json --db " + shell.scratch.path("b.db"));
  REQUIRE(again.exit_code == 0);
  const auto json = nlohmann::json::parse(again.out);
  CHECK(json["added"] == 1);
  CHECK(json["rows"]["fitting"] == 0);
  CHECK(json["rows"].size() == 8);
  int all = 0;
  for (const auto& count : json["rows"]) all += count.get<int>();
  CHECK(all == 1);
}

TEST_CASE("an import takes lines of any system") {
  const Shell shell;
  std::string text = "\xef\xbb\xbf";
  for (const char c : std::string(kRows)) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const std::string rows = shell.scratch.write("rows.txt", text), db = shell.scratch.path("a.db");
  const Result result = shell.tune("import " + rows + " --db " + db);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(count(db) == 1);
  CHECK(rows_alone(shell.tune("export --db " + db).out) == kRows);
}

TEST_CASE("what cannot be imported or merged leaves no new database, and none in the user's cache") {
  const Shell shell;
  const std::string bad = shell.scratch.write("bad.txt", "rt3d-tuning\t2\nbad\trow\n"),
                    other = shell.scratch.write("other.txt", "rt3d-tuning\t7\n"),
                    db = shell.scratch.path("a.db");
  for (const std::string& arguments :
       {"import " + bad, "import " + other, "import " + shell.scratch.path("missing"),
        "merge " + shell.scratch.path("missing"), "merge " + bad})
    for (const std::string& to : {" --db " + db, std::string()}) {
      CAPTURE(arguments);
      const Result result = shell.tune(arguments + to);
      CHECK(result.exit_code == 1);
      CHECK_MESSAGE(is_one_line(result.err), result.err);
      for (const char* suffix : {"", "-wal", "-shm", ".lock"}) CHECK_FALSE(fs::exists(db + suffix));
      CHECK_FALSE(fs::exists(shell.scratch.path("cache")));
    }
  CHECK(
      holds(shell.tune("import " + other + " --db " + db).err, "'rt3d-tuning 7' instead of 'rt3d-tuning 2'"));
  // One that was there stays, with what it holds.
  REQUIRE(shell.tune("import " + shell.scratch.write("rows.txt", kRows) + " --db " + db).exit_code == 0);
  CHECK(shell.tune("import " + bad + " --db " + db).exit_code == 1);
  CHECK(count(db) == 1);
}

TEST_CASE("a database is not merged into itself, whatever its name") {
  const Shell shell;
  const std::string db = shell.scratch.path("a.db"), link = shell.scratch.path("link");
  const std::string rows = shell.scratch.write("rows.txt", kRows);
  REQUIRE(shell.tune("import " + rows + " --db " + db).exit_code == 0);
  REQUIRE(shell.tune("import " + rows).exit_code == 0);  // the user's own
  fs::create_symlink(db, link);
  for (const std::string& arguments : {db + " --db " + db, link + " --db " + db, db + " --db " + link,
                                       shell.scratch.path("cache/rt3d/tuning.db")}) {
    const Result result = shell.tune("merge " + arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(holds(result.err, "that is the database itself"));
    CHECK(is_one_line(result.err));
  }
  CHECK(count(db) == 1);
}

TEST_CASE("commands about rows take no database that keeps none") {
  const Shell shell;
  const std::string rows = shell.scratch.write("rows.txt", kRows), db = shell.scratch.path("a.db");
  REQUIRE(shell.tune("import " + rows + " --db " + db).exit_code == 0);
  for (const std::string& arguments :
       {std::string("list"), std::string("export"), "import " + rows, "merge " + db}) {
    const Result result =
        shell("cd " + shell.scratch.path("") + " && " RT3D_TUNE_COMMAND " " + arguments + " --db none");
    CAPTURE(arguments);
    CHECK(result.exit_code == 2);
    CHECK(holds(result.err, "--db none keeps nothing: give a file"));
    CHECK(is_one_line(result.err));
  }
  CHECK_FALSE(fs::exists(shell.scratch.path("none")));
  CHECK(shell("cd " + shell.scratch.path("") + " && " RT3D_TUNE_COMMAND " import " + rows + " --db ./none")
            .exit_code == 0);
  CHECK(count(shell.scratch.path("none")) == 1);
}

TEST_CASE("without a home folder nothing is kept, and that is said") {
  const Shell shell;
  const Result result = shell("env -u XDG_CACHE_HOME -u HOME " RT3D_COMMAND " run " + shell.small_model() +
                              " --threads 1 --tune-ms 200 --json");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto all = nlohmann::json::parse(result.out);
  CHECK(all["tuning"]["rows_not_stored"] > 0);
  CHECK(all["database"] == "none");
  CHECK(holds(result.err, "neither XDG_CACHE_HOME nor HOME names a folder"));
}

TEST_CASE("rows whose last line was cut are not imported") {
  const Shell shell;
  const std::string db = shell.scratch.path("a.db");
  REQUIRE(shell.tune(shell.small_model() + " --tune-ms 1 --db " + db).exit_code == 0);
  const std::string rows = shell.tune("export --db " + db).out;
  const std::string cut = shell.scratch.write("cut.txt", rows.substr(0, rows.size() - 2));
  const Result result = shell.tune("import " + cut + " --db " + shell.scratch.path("b.db"));
  CHECK(result.exit_code == 1);
  CHECK(holds(result.err, "its last line has no end; was it cut?"));
  CHECK_FALSE(std::filesystem::exists(shell.scratch.path("b.db")));
}

TEST_CASE("a database that is not there is named with what would make one, and - is standard output") {
  const Shell shell;
  const std::string missing = shell.scratch.path("missing.db"), db = shell.scratch.path("a.db");
  for (const char* command : {"list", "export"}) {
    const Result result = shell.tune(command + (" --db " + missing));
    CHECK(result.exit_code == 1);
    CHECK(holds(result.err, "there is no tuning database '" + missing + "': name another file, or make one"));
    CHECK_FALSE(fs::exists(missing));
  }
  REQUIRE(shell.tune("import " + shell.scratch.write("rows.txt", kRows) + " --db " + db).exit_code == 0);
  const Result piped =
      shell("cd " + shell.scratch.path("") + " && " RT3D_TUNE_COMMAND " export -o - --db " + db);
  CHECK(piped.exit_code == 0);
  CHECK(rows_alone(piped.out) == kRows);
  CHECK_FALSE(fs::exists(shell.scratch.path("-")));
}

}  // namespace rt3d::cli

TEST_SUITE_END();
