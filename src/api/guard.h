// The one place where exceptions stop: a call's failure becomes a status and the thread's last error text.
#pragma once

#include <cstdint>
#include <cstring>
#include <new>
#include <string>

#include "base/error.h"
#include "rt3d/rt3d.h"

namespace rt3d::api {

// Text of the calling thread's last failure; never fails itself.
void set_last_error(const char* text) noexcept;
const char* last_error() noexcept;

template <typename Body>
rt3d_status guard(Body&& body) noexcept {
  try {
    body();
    return RT3D_OK;
  } catch (const Error& error) {
    set_last_error(error.what());
    return static_cast<rt3d_status>(error.code());
  } catch (const std::bad_alloc&) {
    set_last_error("out of memory");
    return RT3D_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    set_last_error(error.what());
    return RT3D_INTERNAL;
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
