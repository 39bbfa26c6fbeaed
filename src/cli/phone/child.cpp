#include "cli/phone/child.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "cli/parts/failure.h"
#include "cli/parts/timing.h"
#include "cli/phone/networks.h"

namespace rt3d::cli {
namespace {

constexpr int kNotPinned = 126, kNotStarted = 127;  // exit codes, as a shell has them for what it cannot run
constexpr std::chrono::milliseconds kPause(50);

std::string whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// Between fork and exec: other threads of the parent may hold any lock, so that nothing here allocates.
[[noreturn]] void become(char* const* words, const cpu_set_t* cpus, const char* out, const char* err) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (cpus != nullptr && sched_setaffinity(0, sizeof *cpus, cpus) != 0) _exit(kNotPinned);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int to = open(out, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  const int errors = open(err, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (to < 0 || errors < 0) _exit(kNotStarted);
  dup2(in, 0);
  dup2(to, 1);
  dup2(errors, 2);
  execv(words[0], words);
  _exit(kNotStarted);
}

// The status of the child, once it has ended; by then it was killed where it took too long.
int wait_for(pid_t child, const ChildOptions& options, std::int64_t begun_ns, bool& too_long) {
  double next_look = 0;
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if (ended < 0 && errno != EINTR) throw Failure(join("cannot wait for a child: ", std::strerror(errno)));
    const double at_s = static_cast<double>(now_ns() - begun_ns) * 1e-9;
    if (at_s > options.most_seconds && !too_long) {
      too_long = true;
      kill(child, SIGKILL);
    }
    if (options.look && at_s >= next_look) {
      options.look(at_s);
      next_look += 1;
    }
    std::this_thread::sleep_for(kPause);
  }
}

std::string trouble_of(int status, bool too_long, const ChildOptions& options, const std::string& said) {
  const std::string more = said.empty() ? "" : ": " + said;
  if (too_long) return join("killed after ", options.most_seconds, " s", more);
  if (WIFSIGNALED(status)) return join("ended by signal ", WTERMSIG(status), more);
  if (WEXITSTATUS(status) == kNotStarted) return "it could not be started";
  if (WEXITSTATUS(status) == kNotPinned) return "the system does not let it run on these cores";
  if (WEXITSTATUS(status) != 0) return said.empty() ? join("exit code ", WEXITSTATUS(status)) : said;
  return "";
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& words, const ChildOptions& options) {
  std::vector<std::string> kept = words;
  std::vector<char*> arguments;
  arguments.reserve(kept.size() + 1);
  for (std::string& word : kept) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (const int cpu : options.cpus)
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &cpus);
  const std::string out = (options.folder / "child.out").string(),
                    err = (options.folder / "child.err").string();
  ChildResult result;
  result.begun_ns = now_ns();
  const pid_t child = fork();
  if (child < 0) throw Failure(join("cannot start a process: ", std::strerror(errno)));
  if (child == 0) become(arguments.data(), options.cpus.empty() ? nullptr : &cpus, out.c_str(), err.c_str());
  bool too_long = false;
  const int status = wait_for(child, options, result.begun_ns, too_long);
  result.seconds = static_cast<double>(now_ns() - result.begun_ns) * 1e-9;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  result.trouble = trouble_of(status, too_long, options, last_line(whole(err)));
  result.out = whole(out);
  return result;
}

std::vector<std::string> own_command(const std::vector<std::string>& words) {
  const char* runner = std::getenv("RT3D_RUNNER");
  std::vector<std::string> command = words_of(runner == nullptr ? "" : runner);
  command.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

}  // namespace rt3d::cli
