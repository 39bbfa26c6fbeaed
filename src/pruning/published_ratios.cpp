#include "pruning/published_ratios.h"

#include <cmath>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace rt3d::pruning {

namespace {

struct Ratio {
  std::string_view prefix;  // of the layer's name
  double removed;
};

struct Profile {
  std::string_view model;
  double rate;  // as the paper rounds it
  std::vector<Ratio> ratios;
};

// S3D there has one 3x7x7 convolution as its stem; its ratio goes to the temporal half of the separable one here.
const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all = {
      {"c3d", 2.6, {{"conv2", 0.85}, {"conv3a", 0.80}, {"conv3b", 0.85}}},
      {"c3d", 3.6, {{"conv2", 0.85}, {"conv3a", 0.80}, {"conv3b", 0.85}, {"conv4b", 0.80}}},
      {"r2plus1d_18", 2.6, {{"layer1.", 0.80}, {"layer2.0.conv", 0.70}, {"layer2.1.conv", 0.70}}},
      {"r2plus1d_18", 3.2, {{"layer1.", 0.90}, {"layer2.0.conv", 0.80}, {"layer2.1.conv", 0.80}}},
      {"s3d",
       2.1,
       {{"features.0.1.", 0.2},
        {"features.3.", 0.8},
        {"features.5.branch1.1.", 0.5},
        {"features.6.branch1.1.", 0.7},
        {"features.10.branch1.1.", 0.5},
        {"features.11.branch1.1.", 0.5},
        {"features.12.branch1.1.", 0.7}}},
  };
  return all;
}

}  // namespace

std::optional<double> published_ratio(const std::string& model, double rate, const std::string& layer) {
  std::string known;
  for (const Profile& profile : profiles()) {
    known += cat(known.empty() ? "" : ", ", profile.model, " authors-", profile.rate);
    if (profile.model != model || std::fabs(profile.rate - rate) > 1e-6) continue;
    for (const Ratio& ratio : profile.ratios)
      if (std::string_view(layer).substr(0, ratio.prefix.size()) == ratio.prefix) return ratio.removed;
    return std::nullopt;
  }
  fail(Code::invalid_argument, "there are no published ratios for ", model, " at ", rate,
       " times; known are ", known);
}

}  // namespace rt3d::pruning
