#include "api/guard.h"

#include <pthread.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace rt3d::api {
namespace {

// A thread's text has no destructor, since registering one for a thread ends the process when there is no memory for that. Instead
// the text is a value of a key, for which the C library calls free() when the thread ends.
struct LastError {
  char* text = nullptr;
  bool lost = false;  // the text itself could not be kept
};
constinit thread_local LastError last;

bool free_at_thread_end(char* text) {
  struct Key {
    pthread_key_t key{};
    bool made = pthread_key_create(&key, std::free) == 0;
  };
  static const Key key;
  return key.made && pthread_setspecific(key.key, text) == 0;
}

}  // namespace

void set_last_error(const char* text) noexcept {
  char* const copy = strdup(text);
  last.lost = copy == nullptr || !free_at_thread_end(copy);
  if (last.lost)
    std::free(copy);
  else
    std::free(std::exchange(last.text, copy));
}

const char* last_error() noexcept {
  if (last.lost) return kOutOfMemory;
  return last.text ? last.text : "";
}

Failure failure_of(const std::exception& error) noexcept {
  if (const auto* ours = dynamic_cast<const Error*>(&error))
    return {static_cast<rt3d_status>(ours->code()), error.what()};
  if (dynamic_cast<const OutOfMemory*>(&error)) return {RT3D_OUT_OF_MEMORY, error.what()};
  // length_error: a vector or a string longer than memory could ever be.
  if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const std::length_error*>(&error))
    return {RT3D_OUT_OF_MEMORY, kOutOfMemory};
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error))
    return {file->code() == std::errc::not_enough_memory ? RT3D_OUT_OF_MEMORY : RT3D_IO, error.what()};
  if (const auto* system = dynamic_cast<const std::system_error*>(&error))
    if (system->code() == std::errc::not_enough_memory ||
        system->code() == std::errc::resource_unavailable_try_again)
      return {RT3D_OUT_OF_MEMORY, error.what()};
  return {RT3D_INTERNAL, error.what()};
}

}  // namespace rt3d::api
