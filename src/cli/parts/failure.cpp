#include "cli/parts/failure.h"

#include <cstdio>
#include <new>

#include "cli/parts/printable.h"

namespace rt3d::cli {
namespace {

const char* program = "rt3d";

void say(const char* kind, const std::string& text) {
  std::fprintf(stderr, "%s: %s: %s\n", program, kind, printable(text).c_str());
}

}  // namespace

std::string failure_text(const std::exception& error) {
  const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  return memory ? "out of memory" + std::string(kMemoryAdvice) : error.what();
}

void speak_as(const char* name) { program = name; }
void complain(const std::string& text) { say("error", text); }
void warn(const std::string& text) { say("warning", text); }

}  // namespace rt3d::cli
