// How a program ends when it is told to: by Ctrl-C (SIGINT), SIGTERM or SIGHUP. A thread of its own waits for these signals,
// so that no code of ours but the line that hands them to it runs in a signal handler: it removes what is temporary (temporaries.h), prints one line on
// standard error and exits with 128 + the signal's number, within a moment and wherever the program is. A signal that was
// ignored when the program started (nohup, a shell's background job) stays ignored.
#pragma once

#include <string>

namespace rt3d::cli {

// Thrown where work stops because of an interruption; unwinds to run_program(). No std::exception: nobody who reports a
// failure and goes on shall catch it.
class Interrupted {};

// Before any other thread starts: they inherit the mask of blocked signals.
void watch_for_interruption(const std::string& program);

bool interruption_requested();

// While one lives, an interruption only asks: the program ends when the last one is gone, at a second signal, or after a
// minute. For work that keeps its results when it stops by itself, which it does soon after interruption_requested().
class StopsWhenAsked {
 public:
  StopsWhenAsked();
  ~StopsWhenAsked();
  StopsWhenAsked(const StopsWhenAsked&) = delete;
  StopsWhenAsked& operator=(const StopsWhenAsked&) = delete;
};

// What follows "interrupted" in the line on standard error.
void explain_interruption(const std::string& text);

// What is finished of a document that is printed as a whole at the end: an interruption prints it, in place of the earlier one.
void print_if_interrupted(std::string text);
// The document itself is printed from here on: an interruption waits for the object's end, and prints nothing in its place.
// Throws Interrupted where one came before.
class PrintsWhole {
 public:
  PrintsWhole();

 private:
  StopsWhenAsked waits_;
};

// Does not return when an interruption was requested: the program ends as one.
void end_if_interrupted();

}  // namespace rt3d::cli
