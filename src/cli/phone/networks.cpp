#include "cli/phone/networks.h"

#include <sstream>

namespace rt3d::cli {
namespace {

// The rates are those of the paper's tables (bench/sparsity).
constexpr Network kNetworks[] = {
    {"c3d", "c3d", true},
    {"c3d-kgs", "c3d --sparsity kgs:8x4:3.6", true},
    {"r2plus1d_18", "r2plus1d_18", false},
    {"r2plus1d_18-kgs", "r2plus1d_18 --sparsity kgs:8x4:3.2", false},
    {"s3d", "s3d", false},
    {"s3d-kgs", "s3d --sparsity kgs:8x4:2.1", false},
};
constexpr Network kSmall[] = {
    {"small-c3d", "c3d --frames 16 --size 48 --width 0.125 --classes 10", true},
    {"small-c3d-kgs", "c3d --frames 16 --size 48 --width 0.125 --classes 10 --sparsity kgs:8x4:3.6", false},
    {"small-r2plus1d_18", "r2plus1d_18 --frames 4 --size 32 --width 0.125 --classes 10", false},
    {"small-s3d", "s3d --frames 8 --size 32 --width 0.125 --classes 10", false},
};

}  // namespace

std::span<const Network> networks(bool small) {
  return small ? std::span<const Network>(kSmall) : std::span<const Network>(kNetworks);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace rt3d::cli
