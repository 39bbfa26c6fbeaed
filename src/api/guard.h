// The one place where exceptions stop: a call's failure becomes a status and the thread's last error text.
#pragma once

#include <cstdint>
#include <cstring>
#include <exception>

#include "base/error.h"
#include "rt3d/rt3d.h"

namespace rt3d::api {

inline constexpr char kOutOfMemory[] = "out of memory";

// Text of the calling thread's last failure; never fails itself: a text for which there is no memory becomes kOutOfMemory.
void set_last_error(const char* text) noexcept;
const char* last_error() noexcept;

// What an exception is to the caller: Error's own code, or what the standard library's exceptions stand for.
struct Failure {
  rt3d_status status;
  const char* text;  // the exception's, or a constant
};
Failure failure_of(const std::exception& error) noexcept;

template <typename Body>
rt3d_status guard(Body&& body) noexcept {
  try {
    body();
    return RT3D_OK;
  } catch (const std::exception& error) {
    const Failure failure = failure_of(error);
    set_last_error(failure.text);
    return failure.status;
  } catch (...) {
    set_last_error("an unknown exception");
    return RT3D_INTERNAL;
  }
}

// For functions that return something else: its value, or `otherwise` when the body throws.
template <typename Value, typename Body>
Value guarded(Value otherwise, Body&& body) noexcept {
  Value value = otherwise;
  return guard([&] { value = body(); }) == RT3D_OK ? value : otherwise;
}

// Fails when a required pointer argument is NULL.
template <typename Pointer>
void require(Pointer pointer, const char* function, const char* argument) {
  if (!pointer) fail(Code::invalid_argument, function, ": ", argument, " is NULL");
}

// The number in an enumeration that came from the caller: C lets it be any, and reading one without a name as the enumeration
// would be undefined.
template <typename Enum>
std::int32_t number_in(const Enum& value) {
  static_assert(sizeof(Enum) == sizeof(std::int32_t));
  std::int32_t number;
  std::memcpy(&number, &value, sizeof number);
  return number;
}

}  // namespace rt3d::api
