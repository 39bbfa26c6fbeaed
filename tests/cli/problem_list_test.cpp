// Shape lists: what is wrong with a line is known by its file and number, before anything is measured.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

TEST_CASE("every error of a shape list names the file and the line") {
  const Shell shell;
  const std::string good = "Gemm 1x64,c32x64,c32 -> 1x32\n";
  using Case = std::pair<std::string, std::string>;
  for (const Case& row : std::vector<Case>{
           {"nonsense", "is not a problem"},
           {"Gemm 1x64,c32x64,c32 -> 1x32 act=mystery", "unknown activation 'mystery'; known: "},
           {"Softmax 1x8 -> 1x8 axis=1", "cannot measure a problem of Softmax"},
           {"Gemm 1x64,c32x63,c32 -> 1x32", "1x64 and 32x63 do not fit"},
           {"Add 1x64,1x32 -> 1x64", "do not broadcast"},
           {"Gemm 1x64,c32x64,c32 -> 1x33", "states an output of 1x33, but Gemm computes 1x32"},
           {"MaxPool 1x8x4x8x8 -> 1x8x4x4x4 kernel_shape=1x2x2 strides=1x2x1",
            "states an output of 1x8x4x4x4, but MaxPool computes 1x8x4x4x7"},
           {"Conv 1x8x4x8x8,c16x8x3x3x3,c16 -> 1x16x4x9x9 act=relu dilations=1x1x1 group=1 "
            "pads=1x1x1x1x1x1 strides=1x1x1",
            "states an output of 1x16x4x9x9, but Conv computes 1x16x4x8x8"},
           {"Gemm 1x64,c32x64,c32 -> 1xmany", "'1xmany' is not a shape; write it like 1x3x16x112x112"},
           {"Gemm 0x64,c32x64,c32 -> 0x32", "the shape 0x64 has a size of 0: give sizes from 1 on"},
           {"Conv 1x8x4x8x8,c0x8x3x3x3 -> 1x0x4x8x8 pads=1x1x1x1x1x1",
            "the shape c0x8x3x3x3 has a size of 0"},
           {"MaxPool 1x8x4x8x8 -> 1x8x4x4x4 kernel_shape=1x2x2 stride=1x2x2",
            "problems of MaxPool have no attribute 'stride'; did you mean 'strides'?"},
           {"Gemm 1x64,c32x64,c32 -> 1x32 group=2",
            "problems of Gemm have no attribute 'group'; they may have act, act_alpha, act_beta, sparsity"},
           {"Add 1x64,1x64 -> 1x64 axis=1", "problems of Add have no attribute 'axis'"}}) {
    const std::string list =
        shell.scratch.write("a.problems", "# gemms\n\n" + good + row.first + "\n" + good);
    const Result result = shell.rt3d("bench " + list + " --runs 1 --tune off --threads 1 --db none");
    CAPTURE(result.err);
    CHECK(result.exit_code != 0);
    CHECK(holds(result.err, ": error: " + list + ":4: "));
    CHECK(holds(result.err, row.second));
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
}

TEST_CASE("what is wrong with an option is said of no line of a shape list") {
  const Shell shell;
  const std::string list = shell.scratch.write("a.problems", "Gemm 1x64,c32x64,c32 -> 1x32\n");
  int refused = 0;
  for (const char* option : {"--isa neon", "--isa avx2", "--isa avx512", "--device gpu"}) {
    const Result result =
        shell.rt3d("bench " + list + " --runs 1 --tune off --threads 1 --db none " + std::string(option));
    if (result.exit_code == 0) continue;  // it runs here
    ++refused;
    CAPTURE(result.err);
    CHECK_FALSE(holds(result.err, list));
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
  CHECK(refused >= 2);  // no machine runs both NEON and AVX
}

TEST_CASE("a shape list may have lines of any system, and blank ones") {
  const Shell shell;
  const std::string list =
      shell.scratch.write("a.problems", "\xef\xbb\xbf# gemms\r\n \t\r\nGemm 1x64,c32x64,c32 -> 1x32\r\n\r\n");
  const Result result = shell.rt3d("bench " + list + " --runs 1 --tune off --threads 1 --db none");
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(holds(result.out, "Gemm 64 > 32"));
}

}  // namespace rt3d::cli

TEST_SUITE_END();
