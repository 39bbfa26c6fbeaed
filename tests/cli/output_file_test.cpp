#include "cli/parts/output_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/parts/failure.h"
#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

std::size_t count_entries(const Scratch& scratch) {
  const fs::directory_iterator files(scratch.path());
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::string complaint(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a file is written as a whole or not at all") {
  const Scratch scratch;
  const std::string path = scratch.path("file");
  write_text(path, "old");
  CHECK(read_file(path) == "old");
  const std::string text = complaint([&] {
    write_whole(path, [&](const fs::path& file) {
      std::ofstream(file) << "half of it";
      CHECK(read_file(path) == "old");
      throw Failure("cannot write " + file.string() + ": the disk is full");
    });
  });
  CHECK(text == "cannot write " + path + ": the disk is full");
  CHECK(read_file(path) == "old");
  write_text(path, "new");
  CHECK(read_file(path) == "new");
  CHECK(count_entries(scratch) == 1);
}

TEST_CASE("a written file keeps its permissions, a link stays a link, a device a device") {
  const Scratch scratch;
  const std::string path = scratch.path("file"), link = scratch.path("link");
  write_text(path, "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("file", link);
  write_text(link, "new");
  CHECK(fs::is_symlink(link));
  CHECK(read_file(path) == "new");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  write_text("/dev/null", "nothing");
  CHECK(fs::is_character_file("/dev/null"));
  const mode_t mask = umask(022);
  write_text(scratch.path("fresh"), "x");
  umask(mask);
  CHECK(fs::status(scratch.path("fresh")).permissions() == static_cast<fs::perms>(0644));
}

TEST_CASE("what cannot be written is named with the reason") {
  const Scratch scratch;
  for (const std::string& path : {scratch.path("no/such/file"), scratch.path("")}) {
    const std::string text = complaint([&] { write_text(path, "x"); });
    CAPTURE(text);
    CHECK(holds(text, "cannot write " + path));
  }
  CHECK(holds(complaint([] { write_text("/dev/full", "x"); }), "cannot write /dev/full"));
}

TEST_CASE("what a link names is written, there or not, and the link stays one") {
  const Scratch scratch;
  fs::create_directories(scratch.path("a/b"));
  const std::vector<std::pair<std::string, std::string>> links = {
      {"near", "fresh"},        // beside the link
      {"far", "a/b/fresh"},     // in another folder, relative to the link's
      {"a/up", "../fresh_up"},  // above
      {"first", "a/second"},    // a chain,
      {"a/second", "b/third"},  // each relative to its own folder
      {"a/b/third", "last"},   {"absolute", scratch.path("a/absolute")}};
  for (const auto& [link, target] : links) fs::create_symlink(target, scratch.path(link));
  using Names = std::pair<std::string, std::string>;  // of the link, of what it leads to
  for (const Names& row : std::vector<Names>{{"near", "fresh"},
                                             {"far", "a/b/fresh"},
                                             {"a/up", "fresh_up"},
                                             {"first", "a/b/last"},
                                             {"absolute", "a/absolute"}})
    for (const char* text : {"made", "replaced"}) {
      const std::string link = scratch.path(row.first), file = scratch.path(row.second);
      CAPTURE(link);
      check_output(link);
      write_text(link, text);
      CHECK(fs::is_symlink(link));
      CHECK_FALSE(fs::is_symlink(file));
      CHECK(read_file(file) == text);
      CHECK(same_output(link, file));
    }
  for (const auto& [link, target] : links) CHECK(fs::is_symlink(scratch.path(link)));
  fs::create_symlink("round", scratch.path("about"));
  fs::create_symlink("about", scratch.path("round"));
  CHECK(holds(complaint([&] { write_text(scratch.path("about"), "x"); }), "lead in a circle"));
  fs::create_symlink("no/such/folder", scratch.path("nowhere"));
  CHECK(holds(complaint([&] { write_text(scratch.path("nowhere"), "x"); }),
              "cannot write " + scratch.path("nowhere")));
}

TEST_CASE("a file that may only be read stays as it is") {
  const Scratch scratch;
  const std::string path = scratch.write("file", "old"), link = scratch.path("link");
  fs::create_symlink("file", link);
  fs::permissions(scratch.path(), fs::perms::all);
  fs::permissions(path, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  const bool root = geteuid() == 0;  // which may write anything
  if (root) REQUIRE(seteuid(65534) == 0);
  for (const std::string& name : {path, link}) {
    const std::string asked = complaint([&] { check_output(name); }),
                      written = complaint([&] { write_text(name, "new"); });
    CHECK(holds(asked, "cannot write " + name + ": Permission denied: make it writable"));
    CHECK(written == asked);
  }
  write_text(scratch.path("other"), "fresh");
  if (root) REQUIRE(seteuid(0) == 0);
  CHECK(read_file(path) == "old");
  CHECK(read_file(scratch.path("other")) == "fresh");
  CHECK(count_entries(scratch) == 3);
}

TEST_CASE("asking whether a file may be written says what writing would, and leaves nothing") {
  const Scratch scratch;
  fs::create_directory(scratch.path("folder"));
  scratch.write("file", "old");
  for (const char* name : {"no/such/file", "file/file", "folder", ""}) {
    CAPTURE(name);
    const std::string path = scratch.path(name);
    const std::string asked = complaint([&] { check_output(path); });
    CHECK(holds(asked, "cannot write " + path));
    CHECK(asked == complaint([&] { write_text(path, "x"); }));
  }
  for (const char* name : {"file", "fresh"}) check_output(scratch.path(name));
  check_output("/dev/null");
  for (const char* name : {"folder", "fresh", "fresh/in/fresh", ""}) check_output_folder(scratch.path(name));
  for (const char* name : {"file", "file/folder"})
    CHECK(holds(complaint([&] { check_output_folder(scratch.path(name)); }), scratch.path("file")));
  CHECK(holds(complaint([] { check_output_folder("/proc/folder"); }), "/proc/folder"));
  CHECK(read_file(scratch.path("file")) == "old");
  CHECK(count_entries(scratch) == 2);
}

TEST_CASE("one file has one name, whatever leads to it") {
  const Scratch scratch;
  fs::create_symlink("fresh", scratch.path("link"));
  CHECK(same_output(scratch.path("link"), scratch.path("fresh")));
  CHECK(same_output(scratch.path("fresh"), scratch.path("./fresh")));
  CHECK_FALSE(same_output(scratch.path("fresh"), scratch.path("other")));
  scratch.write("fresh", "x");
  fs::create_hard_link(scratch.path("fresh"), scratch.path("hard"));
  CHECK(same_output(scratch.path("hard"), scratch.path("fresh")));
}

TEST_CASE("commands that work long before they write refuse what cannot be written at once") {
  const Shell shell;
  const std::string model = shell.small_model(), file = shell.scratch.write("file", "old"),
                    measure = "group-size --limit-seconds 0 ", link = shell.scratch.path("link");
  fs::create_symlink("file", link);
  const std::size_t before = count_entries(shell.scratch);
  using Case = std::pair<std::string, int>;  // options, exit code
  for (const Case& row : std::vector<Case>{{"--csv " + file + "/x", 1},
                                           {"--svg /proc/x", 1},
                                           {"--csv " + file + " --svg " + file, 2},
                                           {"--csv " + file + " --svg " + link, 2},
                                           {"--csv -", 2},
                                           {"--svg -", 2}}) {
    const Result result = shell.tune(measure + row.first);
    CAPTURE(row.first);
    CAPTURE(result.err);
    CHECK(result.exit_code == row.second);
    CHECK(result.out.empty());
  }
  for (const Case& row : std::vector<Case>{{file, 1}, {file + "/x", 1}, {"/proc/x", 1}, {"-", 2}}) {
    const Result result = shell.rt3d("run " + model + " --tune off --db none -o " + row.first);
    CAPTURE(row.first);
    CAPTURE(result.err);
    CHECK(result.exit_code == row.second);
    CHECK(result.out.empty());
  }
  CHECK(shell.rt3d("make-model r3d_18 -o -").exit_code == 2);
  CHECK(read_file(file) == "old");
  CHECK(count_entries(shell.scratch) == before);
}

TEST_CASE("results are shown even where their files cannot be written") {
  const Shell shell;
  const std::string full = shell.scratch.path("full");
  fs::create_directory(full);
  const Result run =
      shell.rt3d("run " + shell.small_model() + " --tune off --db none --threads 1 -o " + full);
  REQUIRE(run.exit_code == 0);
  const fs::path made = fs::directory_iterator(full)->path();
  fs::remove(made);
  fs::create_symlink("/dev/full", made);
  const Result result =
      shell.rt3d("run " + shell.small_model() + " --tune off --db none --threads 1 -o " + full);
  CHECK(result.exit_code == 1);
  CHECK(holds(result.err, "cannot write " + full));
  CHECK(holds(result.out, "latency "));
  const Result groups =
      shell.tune("group-size --layer linear --rates 2 --gm 8 --gn 4 --tune-ms 1 --runs 1 --csv /dev/full");
  CHECK(groups.exit_code == 1);
  CHECK(holds(groups.err, "cannot write /dev/full"));
  CHECK(holds(groups.out, "KGS, direct code"));
}

TEST_CASE("every command that writes a file leaves none when it fails") {
  const Shell shell;
  REQUIRE(shell.tune(shell.small_model() + " --tune-ms 1 --db " + shell.scratch.path("a.db")).exit_code == 0);
  const std::size_t before = count_entries(shell.scratch);
  const std::string out = shell.scratch.path("out");
  // A limit on the size of files stands for a full disk.
  const std::vector<std::string> failing = {
      RT3D_COMMAND " make-model r3d_18 -o " + out,
      RT3D_TUNE_COMMAND " export --db " + shell.scratch.path("a.db") + " -o " + out + "/no/folder",
      RT3D_TUNE_COMMAND " group-size --layer linear --rates 2 --gm 8 --gn 4 --tune-ms 1 --runs 1 --csv " +
          out + "/no/folder"};
  for (const std::string& command : failing) {
    const Result result = shell("sh -c 'ulimit -f 200; " + command + "'");
    CAPTURE(command);
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(holds(result.err, ": error: "));
    CHECK(count_entries(shell.scratch) == before);
  }
}

TEST_CASE("a pipe that a link of the system names is written") {
  const Shell shell;
  const std::string db = shell.scratch.path("rows.db");
  REQUIRE(shell.tune(shell.small_model() + " --tune-ms 1 --db " + db).exit_code == 0);
  const std::string rows = shell.tune("export --db " + db).out;
  CHECK(holds(rows, "rt3d-tuning"));
  CHECK(shell.tune("export --db " + db + " -o /dev/stdout | cat").out == rows);
}

TEST_CASE("what is open already is written to, not replaced") {
  const Shell shell;
  const std::string db = shell.scratch.path("rows.db"), log = shell.scratch.write("log", "precious\n");
  REQUIRE(shell.tune(shell.small_model() + " --tune-ms 1 --db " + db).exit_code == 0);
  const std::string rows = shell.tune("export --db " + db).out;
  for (const char* name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    CAPTURE(name);
    shell.scratch.write("log", "precious\n");
    REQUIRE(shell("sh -c '" RT3D_TUNE_COMMAND " export --db " + db + " -o " + name + " >>" + log + "'")
                .exit_code == 0);
    CHECK(read_file(log) == "precious\n" + rows);
  }
}

TEST_CASE("no output takes the place of a file that is read") {
  const Shell shell;
  const std::string folder = shell.scratch.path("out");
  const std::string model = shell.small_model();
  REQUIRE(shell.rt3d("run " + model + " --db none --tune off -o " + folder).exit_code == 0);
  const std::string output = fs::directory_iterator(folder)->path().string();
  const auto refused = [&](const std::string& arguments) {
    const std::string before = read_file(output);
    const Result result = shell.rt3d("run " + arguments + " --tune off -o " + folder);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(holds(result.err, "would take the place of"));
    CHECK(read_file(output) == before);
  };
  refused(model + " --db none -i " + output);
  refused(model + " --db none --labels " + output);
  refused(model + " --db none --video " + output);
  refused(model + " --db " + output);
  fs::copy_file(model, output, fs::copy_options::overwrite_existing);
  refused(output + " --db none");
}

TEST_CASE("two names of a file that is not there yet are one") {
  const Scratch scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path(""));
  CHECK(same_output("x", "./x"));
  CHECK(same_output("x", scratch.path("x")));
  CHECK_FALSE(same_output("x", "y"));
  fs::current_path(before);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
