// An accuracy as JSON: {"right": 3087, "videos": 3783, "share": 0.816, "lower": 0.803, "upper": 0.828}, with Wilson's bounds for 95 %.
#pragma once

#include <nlohmann/json.hpp>

#include "dataset/accuracy.h"

namespace rt3d::cli {

inline nlohmann::json accuracy_json(const dataset::Accuracy& accuracy) {
  return {{"right", accuracy.right},
          {"videos", accuracy.total},
          {"share", accuracy.share()},
          {"lower", accuracy.lower()},
          {"upper", accuracy.upper()}};
}

}  // namespace rt3d::cli
