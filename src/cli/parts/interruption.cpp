#include "cli/parts/interruption.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>

#include "cli/parts/printable.h"
#include "cli/parts/temporaries.h"

namespace rt3d::cli {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr long kSliceNs = 20'000'000;
constexpr int kSlicesUntilTold = 50;   // 1 s
constexpr int kPatientSlices = 3'000;  // 60 s: one measurement on a very busy machine
constexpr int kExitBase = 128;

struct State {
  std::atomic<bool> requested = false;
  std::atomic<int> stopping = 0;  // StopsWhenAsked that live
  std::mutex mutex;
  std::string explanation;
  std::string finished;  // part of a document, for standard output
};

// Never destroyed: the thread that waits for signals outlives main().
State& state() {
  static State& kept = *new State;
  return kept;
}

// A further signal ends the process at once, whatever cleaning up waits for.
void restore_default(const sigset_t& signals) {
  for (const int signal_number : kSignals)
    if (sigismember(&signals, signal_number) == 1) signal(signal_number, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// Ends the line that a progress bar may have begun. Not through stderr: whoever holds its lock may be waiting.
void tell(const std::string& program, const std::string& text) {
  dprintf(STDERR_FILENO, "%s%s: %s\n", isatty(STDERR_FILENO) == 1 ? "\r\x1b[K" : "", program.c_str(),
          text.c_str());
}

// Not through stdout, either.
void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

void wait_for_those_who_stop(const std::string& program, const sigset_t& signals) {
  const timespec slice = {0, kSliceNs};
  for (int i = 0; i < kPatientSlices && state().stopping > 0; ++i) {
    if (sigtimedwait(&signals, nullptr, &slice) > 0) return;
    if (i == kSlicesUntilTold) tell(program, "stopping after this measurement; once more ends at once");
  }
}

pthread_t waiting_thread;

// Threads that libraries start before main() (OpenBLAS, which libtorch brings, has some) block no signal: what one of them is given goes on
// to the thread that waits.
void pass_on(int signal_number) { pthread_kill(waiting_thread, signal_number); }

void take_from_other_threads(const sigset_t& signals) {
  waiting_thread = pthread_self();
  struct sigaction action = {};
  action.sa_handler = pass_on;
  action.sa_flags = SA_RESTART;
  for (const int signal_number : kSignals)
    if (sigismember(&signals, signal_number) == 1) sigaction(signal_number, &action, nullptr);
}

[[noreturn]] void watch(const std::string& program, const sigset_t& signals) {
  take_from_other_threads(signals);
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) != 0) {
  }
  state().requested = true;
  wait_for_those_who_stop(program, signals);
  restore_default(signals);
  Temporaries::remove_all_and_stay();
  signal(SIGPIPE, SIG_IGN);  // who reads standard output may be gone
  const std::lock_guard lock(state().mutex);
  write_all(state().finished);
  tell(program, printable("interrupted" + state().explanation));
  _exit(kExitBase + signal_number);
}

}  // namespace

void watch_for_interruption(const std::string& program) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal_number : kSignals) {
    struct sigaction action = {};
    sigaction(signal_number, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&signals, signal_number);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  state();
  try {
    std::thread(watch, program, signals).detach();
  } catch (const std::system_error&) {  // no thread to be had: then signals end the program as they always do
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  }
}

bool interruption_requested() { return state().requested; }

StopsWhenAsked::StopsWhenAsked() { ++state().stopping; }

StopsWhenAsked::~StopsWhenAsked() {
  if (interruption_requested()) std::fflush(stdout);
  --state().stopping;
}

void explain_interruption(const std::string& text) {
  const std::lock_guard lock(state().mutex);
  state().explanation = text;
}

void print_if_interrupted(std::string text) {
  const std::lock_guard lock(state().mutex);
  state().finished = std::move(text);
}

// The watching thread says that it was asked before it looks who stops, and this one the other way round: one of them sees the other.
PrintsWhole::PrintsWhole() {
  if (interruption_requested()) throw Interrupted();
  print_if_interrupted("");
}

void end_if_interrupted() {
  while (interruption_requested()) pause();
}

}  // namespace rt3d::cli
