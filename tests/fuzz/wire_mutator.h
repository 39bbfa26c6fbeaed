// Mutations of models field by field: what byte-wise mutation hardly ever does, because every change of a length breaks the file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire.h"

namespace rt3d::fuzz {

// As LLVMFuzzerCustomMutator: changes the `size` bytes in place to at most `most` and returns how many they are. One of eight
// mutations is libFuzzer's own, on the bytes.
std::size_t mutate_wire(std::uint8_t* data, std::size_t size, std::size_t most, std::uint64_t seed,
                        Kind kind);

}  // namespace rt3d::fuzz
