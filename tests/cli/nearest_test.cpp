#include "cli/parts/nearest.h"

#include <doctest/doctest.h>

#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

TEST_CASE("a mistyped name is answered with the nearest known one, where one is near") {
  const std::vector<std::string> names = {"run", "bench", "info", "make-model"};
  CHECK(nearest("bnch", names) == "bench");
  CHECK(nearest("ifno", names) == "info");
  CHECK(nearest("rum", names) == "run");
  CHECK(nearest("makemodel", names) == "make-model");
  CHECK(nearest("fly", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(nearest("x", {}).empty());
  CHECK(suggestion("bnch", names) == "; did you mean 'bench'?");

  const Shell shell;
  const std::vector<std::pair<std::string, std::string>> typed = {
      {RT3D_COMMAND " bnch model.onnx", "'bench'"},
      {RT3D_COMMAND " run model.onnx --thred 2", "'--threads'"},
      {RT3D_COMMAND " make-model r2d_18 -o x.onnx", "'r3d_18'"},
      {RT3D_TUNE_COMMAND " exprt", "'export'"}};
  for (const auto& row : typed) {
    const Result result = shell(row.first);
    CAPTURE(result.err);
    CHECK(result.exit_code != 0);
    CHECK(holds(result.err, "did you mean " + row.second));
  }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
