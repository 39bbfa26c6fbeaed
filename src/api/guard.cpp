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
constinit thread_local bool lost = false;  // the text itself could not be kept

// The text belongs to the thread's key, which frees it when the thread ends: calls that come from other keys'
// destructors find none.
struct Key {
  pthread_key_t key{};
  bool made = pthread_key_create(&key, std::free) == 0;
};
const Key& text_key() {
  static const Key key;
  return key;
}

}  // namespace

void set_last_error(const char* text) noexcept {
  const Key& key = text_key();
  void* const before = key.made ? pthread_getspecific(key.key) : nullptr;
  char* const copy = strdup(text);
  lost = copy == nullptr || !key.made || pthread_setspecific(key.key, copy) != 0;
  std::free(lost ? copy : before);
}

const char* last_error() noexcept {
  if (lost) return kOutOfMemory;
  const Key& key = text_key();
  const void* text = key.made ? pthread_getspecific(key.key) : nullptr;
  return text != nullptr ? static_cast<const char*>(text) : "";
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
