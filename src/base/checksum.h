// 64-bit FNV-1a over bytes: detects damage, not forgery.
#pragma once

#include <cstdint>
#include <string_view>

namespace rt3d {

constexpr std::uint64_t checksum64(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ull) {
  for (char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return seed;
}

}  // namespace rt3d
