// librt3d.so from outside: the C example and the symbols it shows.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "api/small_net.h"
#include "test_data.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

std::string run_command(const std::string& command, int* status) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char part[512];
  for (std::size_t n; (n = fread(part, 1, sizeof part, pipe)) > 0;) out.append(part, n);
  *status = pclose(pipe);
  return out;
}

}  // namespace

TEST_CASE("the C example runs a model") {
  const Folder folder;
  const std::string path = folder / "net.onnx";
  std::ofstream(path, std::ios::binary) << net_bytes();
  int status = 0;
  const std::string out =
      run_command("XDG_CACHE_HOME=" + (folder / "cache") + " " RT3D_EXAMPLE " " + path, &status);
  INFO(out);
  CHECK(status == 0);
  CHECK(out.find(" of 5, score ") != std::string::npos);
  CHECK(run_command(RT3D_EXAMPLE " /no/such/model.onnx", &status).find("/no/such/model.onnx") !=
        std::string::npos);
  CHECK(status != 0);
}

TEST_CASE("librt3d.so shows the functions of rt3d.h and nothing else") {
  int status = 0;
  const std::string listing = run_command(RT3D_NM " -D --defined-only --format=posix " RT3D_LIBRARY, &status);
  REQUIRE(status == 0);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < listing.size();) {
    const std::size_t end = listing.find('\n', at);
    names.push_back(listing.substr(at, listing.find(' ', at) - at));
    at = end == std::string::npos ? listing.size() : end + 1;
  }
  std::sort(names.begin(), names.end());
  std::string found;
  for (const std::string& name : names) found += name + "\n";
  CHECK(found == read_file(test_data("api/symbols.txt")));
}

}  // namespace rt3d::tests

TEST_SUITE_END();
