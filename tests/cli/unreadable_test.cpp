// Files that cannot be read: every command says why, and what would do.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

// Commands that read a file of a kind, up to its name, and what a good one is.
struct Reader {
  std::string command;
  const char* advice;
};

std::vector<Reader> readers(const Shell& shell) {
  const std::string run = RT3D_COMMAND " run " + shell.small_model() + " --tune off --threads 1 --db none ";
  return {{RT3D_TUNE_COMMAND " import ", ": give a file that export wrote"},
          {RT3D_COMMAND " bench --db none ", ": give a file with one problem a line"},
          {run + "--labels ", ": give a text file with one label a line"},
          {run + "-i ", ": give an existing .npy file"},
          {run + "--video ", ": give an existing video file"}};
}

}  // namespace

TEST_CASE("every file that cannot be read is refused with the reason and what would do") {
  const Shell shell;
  const std::string loop = shell.scratch.path("loop.problems"),
                    inside = shell.scratch.path("round/x.problems"),
                    folder = shell.scratch.path("folder.problems"),
                    missing = shell.scratch.path("missing.problems");
  fs::create_symlink("loop.problems", loop);
  fs::create_symlink("about", shell.scratch.path("round"));
  fs::create_symlink("round", shell.scratch.path("about"));
  fs::create_directory(folder);
  using Case = std::pair<std::string, const char*>;
  for (const Reader& reader : readers(shell))
    for (const Case& row : std::vector<Case>{{loop, "its links lead in a circle"},
                                             {inside, "its links lead in a circle"},
                                             {folder, "it is a folder"},
                                             {missing, "it does not exist"}}) {
      const Result result = shell(reader.command + row.first);
      CAPTURE(reader.command);
      CAPTURE(result.err);
      CHECK(result.exit_code == 1);
      CHECK(holds(result.err, row.first + ": " + row.second + reader.advice + "\n"));
      CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    }
}

TEST_CASE("an empty file of text is called empty") {
  const Shell shell;
  const std::string empty = shell.scratch.write("empty.problems", "");
  const std::string comments = shell.scratch.write("comments.problems", "# none\n\n");
  for (const Reader& reader : readers(shell)) {
    if (holds(reader.command, " -i ") || holds(reader.command, "--video")) continue;  // which are no text
    const Result result = shell(reader.command + empty);
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(holds(result.err, empty + ": it is empty" + reader.advice));
  }
  CHECK(holds(shell.rt3d("bench " + comments).err, comments + ": it has none: give a file with one problem"));
}

TEST_CASE("a model whose links lead in a circle is refused with what would do") {
  const Shell shell;
  fs::create_symlink("loop.onnx", shell.scratch.path("loop.onnx"));
  fs::create_symlink("about", shell.scratch.path("round"));
  fs::create_symlink("round", shell.scratch.path("about"));
  for (const char* name : {"loop.onnx", "round/model.onnx"})
    for (const char* command : {"run ", "bench ", "info ", "plan "}) {
      const std::string path = shell.scratch.path(name);
      const Result result = shell.rt3d(command + path);
      CAPTURE(result.err);
      CHECK(result.exit_code == 1);
      CHECK(holds(result.err, path + ": its links lead in a circle: give the path of the file itself\n"));
    }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
