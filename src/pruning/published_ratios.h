// The shares of each layer's groups that the RT3D paper's authors pruned, from the profiles of their released
// training code (github.com/CoCoPIE-Group/video-classification-s2-1d, user_profile/*.yaml), in the names of the
// layers here.
#pragma once

#include <optional>
#include <string>

namespace rt3d::pruning {

// The share of `layer` that the profile of `model` for `rate` prunes, nothing for a layer that it leaves dense.
// Throws invalid_argument naming the profiles when there is none for the model and the rate.
std::optional<double> published_ratio(const std::string& model, double rate, const std::string& layer);

}  // namespace rt3d::pruning
