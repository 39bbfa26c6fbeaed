// What a run gave: copies of the outputs, how they are shown, and the files that they are written to.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/parts/handles.h"
#include "cli/parts/nonfinite_warning.h"
#include "cli/parts/npy.h"

namespace rt3d::cli {

struct Output : NamedArray {
  Array scored;  // what scores are shown of: the whole, or one of several equal items
};

// `alike`: how many items of the batch hold the same clip.
std::vector<Output> copy_outputs(const rt3d_session* session, std::int64_t alike);

// Every output as DIR/<name>.npy; nothing where `folder` is "". check_outputs(), before minutes of tuning for nothing,
// throws what write_outputs() would throw.
void check_outputs(const std::string& folder, const rt3d_model* model, const std::vector<std::string>& read);
void write_outputs(const std::string& folder, const std::vector<Output>& outputs);

// Labels name the classes of the outputs that have as many; where there is none somebody would miss them.
void warn_about_labels(const std::vector<std::string>& labels, const std::vector<Output>& outputs);

// With the `count` best scores.
void print_output(const Output& output, const std::vector<std::string>& labels, std::size_t count);
nlohmann::json output_json(const Output& output, const std::vector<std::string>& labels, std::size_t count);

}  // namespace rt3d::cli
