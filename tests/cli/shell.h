// The built programs, as tests run them: on small models, with files and a tuning database of their own.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <string>
#include <utility>

#include "scratch.h"

namespace rt3d::cli {

using tests::Scratch;

struct Result {
  int exit_code = -1;
  std::string out, err;  // err without …
  std::string busy;      // … what it says of a busy machine, which nobody knows beforehand
};

inline void set_apart_busy(Result& result) {
  std::istringstream lines(std::exchange(result.err, ""));
  for (std::string line; std::getline(lines, line);) {
    const bool busy = line.find("warning: the machine is busy (load") != std::string::npos;
    (busy ? result.busy : result.err) += line + (lines.eof() ? "" : "\n");
  }
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What rt3d-tune export wrote, without where and when.
inline std::string rows_alone(const std::string& text) {
  std::string rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) rows += line + '\n';
  return rows;
}

// Programs run with a cache folder of their own, so that the user's tuning database stays as it is.
class Shell {
 public:
  Result operator()(const std::string& command) const {
    const std::string err = scratch.path("stderr");
    const std::string line = "XDG_CACHE_HOME=" + scratch.path("cache") + " " + command + " 2>" + err;
    FILE* pipe = popen(line.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Result result;
    std::array<char, 4096> part;
    for (std::size_t n; (n = fread(part.data(), 1, part.size(), pipe)) > 0;)
      result.out.append(part.data(), n);
    const int status = pclose(pipe);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result.err = read_file(err);
    set_apart_busy(result);
    return result;
  }
  Result rt3d(const std::string& arguments) const { return (*this)(RT3D_COMMAND " " + arguments); }
  Result tune(const std::string& arguments) const { return (*this)(RT3D_TUNE_COMMAND " " + arguments); }

  // A narrow R3D-18 for clips of 3 x 4 x 32 x 32, seven classes.
  std::string small_model() const {
    std::string path = scratch.path("small.onnx");
    if (std::filesystem::exists(path)) return path;
    const Result made = rt3d("make-model r3d_18 --frames 4 --size 32 --width 0.0625 --classes 7 -o " + path);
    CAPTURE(made.err);
    REQUIRE(made.exit_code == 0);
    return path;
  }
  Scratch scratch;
};

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace rt3d::cli
