// A program of ours that runs beside the test, so that the test can send it signals at moments it recognises.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "cli/shell.h"

namespace rt3d::cli {

class Process {
 public:
  // Standard output and error go to the files "out" and "err" of `scratch`, temporary files to its folder "tmp"; standard input
  // stays open until input is closed. `ignored`: a signal that the program finds ignored.
  Process(const Scratch& scratch, const std::vector<std::string>& words, int ignored = 0)
      : program_(words[0]), out_(scratch.path("out")), err_(scratch.path("err")) {
    std::filesystem::create_directory(scratch.path("tmp"));
    int input[2];
    REQUIRE(pipe2(input, O_CLOEXEC) == 0);
    input_ = input[1];
    std::vector<std::string> kept = words;
    std::vector<char*> arguments;
    arguments.reserve(kept.size() + 1);
    for (std::string& word : kept) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string cache = "XDG_CACHE_HOME=" + scratch.path("cache"),
                      tmp = "TMPDIR=" + scratch.path("tmp");
    std::filesystem::remove(out_);
    std::filesystem::remove(err_);
    int begun[2];  // closed by exec: only then the program is one that signals may be sent to
    REQUIRE(pipe2(begun, O_CLOEXEC) == 0);
    id_ = fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) become(arguments, input[0], cache, tmp, ignored);
    close(input[0]);
    close(begun[1]);
    char byte = 0;
    while (read(begun[0], &byte, 1) < 0 && errno == EINTR) {
    }
    close(begun[0]);
  }
  ~Process() {
    if (id_ > 0) {
      ::kill(id_, SIGKILL);
      waitpid(id_, nullptr, 0);
    }
    close(input_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // False when the program ended first.
  bool wait_until(const std::function<bool()>& moment) {
    while (!moment()) {
      if (ended()) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }
  // Whether the program's main() has begun: it blocks the signals that end it. (So does fork(), in the copy of the test.)
  bool watches(int signal_number) const {
    std::error_code error;
    if (std::filesystem::read_symlink("/proc/" + std::to_string(id_) + "/exe", error) != program_)
      return false;
    const std::string status = read_file("/proc/" + std::to_string(id_) + "/status");
    const std::size_t at = status.find("SigBlk:");
    if (at == std::string::npos) return false;
    return (std::stoull(status.substr(at + 7), nullptr, 16) >> (signal_number - 1) & 1) != 0;
  }
  bool has_open(const std::string& path) const {
    std::error_code error;
    const std::filesystem::directory_iterator files("/proc/" + std::to_string(id_) + "/fd", error);
    if (error) return false;
    for (const auto& file : files)
      if (std::filesystem::read_symlink(file.path(), error) == path) return true;
    return false;
  }
  void send(int signal_number) const { REQUIRE(::kill(id_, signal_number) == 0); }

  // The exit code; 1000 + the signal's number when a signal ended it.
  int wait() {
    if (!done_) waitpid(id_, &status_, 0);
    done_ = true;
    id_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 1000 + WTERMSIG(status_);
  }
  std::string out() const { return read_file(out_); }
  std::string err() const { return read_file(err_); }

 private:
  bool ended() {
    if (!done_) done_ = waitpid(id_, &status_, WNOHANG) == id_;
    return done_;
  }
  [[noreturn]] void become(const std::vector<char*>& arguments, int input, const std::string& cache,
                           const std::string& tmp, int ignored) const {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, nullptr);
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP})
      signal(signal_number, signal_number == ignored ? SIG_IGN : SIG_DFL);
    dup2(input, 0);
    dup2(open(out_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), 1);
    dup2(open(err_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), 2);
    putenv(const_cast<char*>(cache.c_str()));
    putenv(const_cast<char*>(tmp.c_str()));
    execv(arguments[0], arguments.data());
    _exit(127);
  }

  std::string program_, out_, err_;
  pid_t id_ = -1;
  int input_ = -1;
  int status_ = 0;
  bool done_ = false;
};

}  // namespace rt3d::cli
