// Schedule: how a problem is computed: ordered named integers, "rows=14,vecs=2,ic_chunk=64". A value with one
// line of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rt3d::kernels {

class Schedule {
 public:
  Schedule() = default;
  Schedule(std::initializer_list<std::pair<std::string, int>> knobs) : knobs_(knobs) {}

  void add(std::string name, int value) { knobs_.emplace_back(std::move(name), value); }
  void drop_last() { knobs_.pop_back(); }
  int get(std::string_view name) const;  // throws internal when absent
  int get(std::string_view name, int fallback) const;
  const std::vector<std::pair<std::string, int>>& knobs() const { return knobs_; }
  std::string text() const;  // "default" when it has no knobs

  bool operator==(const Schedule&) const = default;

 private:
  std::vector<std::pair<std::string, int>> knobs_;
};

Schedule parse_schedule(std::string_view text);  // throws invalid_argument

}  // namespace rt3d::kernels
