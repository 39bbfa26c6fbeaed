// Runs a function in a forked child of its own, which a crash, a deadlock or an abort ends without ending the tests.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace rt3d::tests {

// "0" when the function returned true, "1" when false; "signal 11" when that ended the child, "timeout" after `seconds`: then it hangs,
// however slow the machine is.
template <typename Body>
std::string in_child(Body&& body, unsigned seconds = 900) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGALRM, SIG_DFL);
    alarm(seconds);
    _exit(body() ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return "no child";
  if (!WIFSIGNALED(status)) return std::to_string(WEXITSTATUS(status));
  return WTERMSIG(status) == SIGALRM ? "timeout" : "signal " + std::to_string(WTERMSIG(status));
}

}  // namespace rt3d::tests
