#include "cli/parts/random_inputs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "cli/parts/failure.h"

namespace rt3d::cli {

double RandomInputs::normal() {
  const double u = (static_cast<double>(bits_() >> 11) + 1) * 0x1p-53;
  const double v = static_cast<double>(bits_() >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * 3.14159265358979 * v);
}

Array RandomInputs::draw(const TensorInfo& input) {
  const std::int64_t count = element_count(input.dims);
  Array numbers{RT3D_F32, input.dims,
                std::vector<std::byte>(static_cast<std::size_t>(count) * sizeof(float))};
  const bool real = input.dtype == RT3D_F32 || input.dtype == RT3D_F64 || input.dtype == RT3D_F16;
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = normal();
    const auto number = static_cast<float>(real ? value : value > 0);
    std::memcpy(numbers.data.data() + i * static_cast<std::int64_t>(sizeof number), &number, sizeof number);
  }
  return converted(numbers, input.dtype);
}

void set_input(rt3d_session* session, std::size_t index, const TensorInfo& info, const Array& array) {
  check(
      rt3d_session_set_input(session, static_cast<std::int32_t>(index), array.data.data(), array.data.size()),
      "cannot set the input '" + info.name + "'");
}

void set_zero_inputs(rt3d_session* session) {
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  const std::vector<TensorInfo> infos = inputs_of(session);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const std::size_t bytes =
        static_cast<std::size_t>(element_count(infos[i].dims)) * dtype_bytes(infos[i].dtype);
    const std::unique_ptr<void, Free> zeros(std::calloc(std::max<std::size_t>(bytes, 1), 1));
    if (!zeros) throw std::bad_alloc();
    check(rt3d_session_set_input(session, static_cast<std::int32_t>(i), zeros.get(), bytes),
          "cannot set the input '" + infos[i].name + "'");
  }
}

void set_random_inputs(rt3d_session* session, std::uint64_t seed) {
  RandomInputs random(seed);
  const std::vector<TensorInfo> infos = inputs_of(session);
  for (std::size_t i = 0; i < infos.size(); ++i) set_input(session, i, infos[i], random.draw(infos[i]));
}

}  // namespace rt3d::cli
