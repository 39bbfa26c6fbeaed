// Tensors by name in a file: a dictionary that torch.load() of PyTorch reads, too.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>

namespace rt3d::pruner {

using Checkpoint = std::map<std::string, at::Tensor>;

// Written beside and renamed, so that the file is a whole one at any moment, the old or the new. Throws io with the reason (a full disk).
void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

// Throws io where there is no file, invalid_argument where it is no such dictionary or damaged.
Checkpoint load_checkpoint(const std::filesystem::path& file);

}  // namespace rt3d::pruner
