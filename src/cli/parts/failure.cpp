#include "cli/parts/failure.h"

#include <cstdio>
#include <new>

#include "cli/parts/printable.h"

namespace rt3d::cli {
namespace {

const char* program = "rt3d";
bool limit_used = false, exact_used = false;

void say(const char* kind, const std::string& text) {
  std::fprintf(stderr, "%s: %s: %s\n", program, kind, printable(text).c_str());
}

}  // namespace

std::string failure_text(const std::exception& error) {
  const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  return memory ? "out of memory" + memory_advice() : error.what();
}

std::string memory_advice() {
  std::string advice = ": give smaller shapes (--shape, --frames, --crop)";
  if (!limit_used || !exact_used)
    advice += join(", or hold fewer packed weights (", limit_used ? "" : "--weight-limit-mib",
                   !limit_used && !exact_used ? ", " : "", exact_used ? "" : "--accuracy exact", ")");
  return advice + (limit_used ? ", or a lower --weight-limit-mib" : "");
}

void weights_are_limited(bool by_limit, bool by_accuracy) {
  limit_used = by_limit;
  exact_used = by_accuracy;
}

void speak_as(const char* name) { program = name; }
void complain(const std::string& text) { say("error", text); }
void warn(const std::string& text) { say("warning", text); }

}  // namespace rt3d::cli
