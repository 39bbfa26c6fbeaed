#include "api/guard.h"

namespace rt3d::api {
namespace {

std::string& slot() {
  thread_local std::string text;
  return text;
}

thread_local bool out_of_memory = false;  // the text itself could not be kept

}  // namespace

void set_last_error(const char* text) noexcept {
  try {
    slot() = text;
    out_of_memory = false;
  } catch (...) {
    out_of_memory = true;
  }
}

const char* last_error() noexcept {
  if (out_of_memory) return "out of memory";
  try {
    return slot().c_str();
  } catch (...) {
    return "out of memory";
  }
}

}  // namespace rt3d::api
