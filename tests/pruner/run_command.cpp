#include "pruner/run_command.h"

#include <algorithm>
#include <iterator>
#include <sstream>

namespace rt3d::cli {

std::string data_of(const tests::VideoSet& set) {
  return " --data " + set.videos + " --split " + set.train_list + tests::kSmallClips;
}

std::vector<std::string> prune_words(const std::string& arguments) {
  std::istringstream words(RT3D_PRUNE_COMMAND " " + arguments);
  return {std::istream_iterator<std::string>(words), {}};
}

Result pruned_with(const Shell& shell, const std::string& arguments) {
  const Result result = shell(RT3D_PRUNE_COMMAND " " + arguments);
  CAPTURE(arguments);
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  return result;
}

std::string refusal(const Shell& shell, const std::string& arguments, int exit_code) {
  const Result result = shell(RT3D_PRUNE_COMMAND " " + arguments);
  CAPTURE(arguments);
  CAPTURE(result.err);
  CHECK(result.exit_code == exit_code);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("rt3d-prune: error: "));
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  return result.err;
}

std::int64_t lines_of(const std::string& file) {
  const std::string text = read_file(file);
  return std::count(text.begin(), text.end(), '\n');
}

}  // namespace rt3d::cli
