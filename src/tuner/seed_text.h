// Files of seeds as they are kept and shipped: rows in the text form that can be reviewed, and say where they come from.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/family.h"
#include "tuner/tuning_db.h"

namespace rt3d::tuner {

// "# device: …": the lines before the first row must have one of each.
inline constexpr std::string_view kProvenance[] = {"device", "date", "rt3d", "command"};

// By what a row's device is. Of accelerators a build may have none: their rows are then believed.
struct SeedFamilies {
  std::span<const kernels::KernelFamily*const> cpu, accelerator;
};

// The rows of a text that may travel (rt3d_seeds_check says what is asked of it); throws invalid_argument with the line number. Rows of older
// versions of families are no fault: they are of no use.
std::vector<Row> checked_seeds(const std::string& text, const SeedFamilies& families);

}  // namespace rt3d::tuner
