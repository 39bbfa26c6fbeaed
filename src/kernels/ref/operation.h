// What an operator of the reference backend is made of: a check of the problem that throws, once, and a
// function that runs it. Operators on values known only at run time (Reshape's target, Gather's indices) may
// throw and allocate when they run; the operators of the graph's normal form do neither.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/thread_pool.h"
#include "kernels/problem.h"

namespace rt3d::kernels::ref {

// The dense row-major operands of one run; constants win over inputs.
struct Operands {
  std::span<const std::byte* const> constants;  // nullptr where the input is not constant
  std::span<std::byte* const> inputs;           // nullptr where absent or constant
  std::span<std::byte* const> outputs;
  std::byte* scratch = nullptr;  // Operation::scratch_bytes for every worker
  ThreadPool& pool;

  template <typename T>
  const T* in(std::size_t i) const {
    const std::byte* constant = constants[i];
    return reinterpret_cast<const T*>(constant ? constant : inputs[i]);
  }
  template <typename T>
  T* out(std::size_t i = 0) const {
    return reinterpret_cast<T*>(outputs[i]);
  }
};

struct Operation {
  std::function<void(const Operands&)> run;
  std::function<float(const Operands&, std::int64_t index)> at =
      {};                         // one element of output 0, where cheaper than run
  std::size_t scratch_bytes = 0;  // per worker, a multiple of 64
};

// One row of the table: checks that the problem makes sense (throws invalid_model or unsupported) and
// prepares to run it. Results do not depend on the number of threads. Operands point into the problem's copy,
// not the argument.
struct Operator {
  std::string_view name;
  Operation (*prepare)(const Problem& problem);
};

std::span<const Operator> operator_table();  // sorted by name

template <typename... Parts>
void require(bool condition, const Problem& problem, const Parts&... parts) {
  if (!condition) fail(Code::invalid_model, "'", problem.text(), "': ", parts...);
}

// Between `low` and `high` inputs, the first `needed` not absent, `outputs` outputs, every rank at most
// Shape::kMaxRank.
void require_operands(const Problem& problem, std::size_t needed, std::size_t high, std::size_t outputs = 1);
void require_type(const Problem& problem, DType type);  // of output 0 and of every input
void require_same_type(const Problem& problem,
                       std::size_t first_input = 0);  // inputs from there on as output 0
void require_output(const Problem& problem, const Shape& shape, std::size_t output = 0);

// Calls body(T{}) for the C++ type of a number; other types are not supported.
template <typename Body>
auto with_number(const Problem& problem, DType type, Body&& body) {
  switch (type) {
    case DType::f32: return body(float{});
    case DType::f64: return body(double{});
    case DType::i64: return body(std::int64_t{});
    case DType::i32: return body(std::int32_t{});
    default: fail(Code::unsupported, "'", problem.text(), "': supported types are f32, f64, i64 and i32");
  }
}

// Calls body(U{}) for an unsigned integer as wide as the type's elements: to move them without looking.
template <typename Body>
auto with_width(DType type, Body&& body) {
  switch (dtype_bytes(type)) {
    case 1: return body(std::uint8_t{});
    case 2: return body(std::uint16_t{});
    case 4: return body(std::uint32_t{});
    default: return body(std::uint64_t{});
  }
}

inline std::size_t bytes_of(const TensorDesc& desc) {
  return static_cast<std::size_t>(desc.shape.elements()) * dtype_bytes(desc.dtype);
}

// The i64 or i32 values of an input, read when the operation runs.
std::vector<std::int64_t> integer_values(const Problem& problem, const Operands& operands, std::size_t input);

}  // namespace rt3d::kernels::ref
