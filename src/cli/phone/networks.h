// The networks that the phone kit measures. Their weights are pseudo-random and made on the phone.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace rt3d::cli {

struct Network {
  const char* name;
  const char* make;  // the words of make-model, without -o
  bool central;      // it is measured over all core sets and thread counts as well
};

// Small ones try the kit itself: they take a second under an emulator, and say nothing about a phone.
std::span<const Network> networks(bool small);

std::vector<std::string> words_of(const std::string& text);  // parted at spaces

}  // namespace rt3d::cli
