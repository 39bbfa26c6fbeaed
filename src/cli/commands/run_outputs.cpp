#include "cli/commands/run_outputs.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/output_file.h"
#include "cli/parts/printable.h"
#include "cli/parts/scores.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

// Of an output whose batch items are all of one clip, the first.
Array first_alike(const Array& array, std::int64_t alike) {
  if (alike <= 1 || array.shape.size() < 2 || array.shape[0] != alike) return array;
  Array first{array.dtype, array.shape, {}};
  first.shape[0] = 1;
  const auto bytes = static_cast<std::ptrdiff_t>(array.data.size()) / alike;
  first.data.assign(array.data.begin(), array.data.begin() + bytes);
  return first;
}

// A name that is safe as a file's: everything but letters, digits, '.', '_' and '-' becomes '_'.
std::string file_name(const std::string& name, std::map<std::string, int>& used) {
  std::string safe = name;
  for (char& c : safe) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  if (safe.empty() || safe[0] == '.') safe.insert(0, "_");
  const int before = used[safe]++;
  return (before == 0 ? safe : join(safe, "_", before + 1)) + ".npy";
}

// The best scores of a vector: with labels as probabilities, without as they are.
struct Score {
  std::size_t index = 0;
  std::string label;
  double value = 0;
};
std::vector<Score> best_scores(const Array& array, const std::vector<std::string>& labels,
                               std::size_t count) {
  if (!is_vector(array.shape)) return {};
  std::vector<double> values = values_of(array);
  const bool classes = labels.size() == values.size();
  if (classes) values = probabilities(values);
  std::vector<Score> scores;
  for (const std::size_t i : top(values, count)) scores.push_back({i, classes ? labels[i] : "", values[i]});
  return scores;
}

std::string summary_text(const Summary& summary) {
  const std::string not_finite = join(summary.not_finite, " not finite");
  if (summary.finite == 0) return summary.not_finite == 0 ? "no value" : "no finite value, " + not_finite;
  char text[128];
  std::snprintf(text, sizeof text, "min %.6g, max %.6g, mean %.6g", summary.least, summary.most,
                summary.mean);
  return text + (summary.not_finite > 0 ? ", " + not_finite : "");
}

}  // namespace

std::vector<Output> copy_outputs(const rt3d_session* session, std::int64_t alike) {
  std::vector<Output> outputs;
  for (const TensorInfo& info : outputs_of(session)) {
    Array array{info.dtype, info.dims, {}};
    const std::size_t bytes = static_cast<std::size_t>(element_count(info.dims)) * dtype_bytes(info.dtype);
    const auto* data = static_cast<const std::byte*>(
        rt3d_session_output(session, static_cast<std::int32_t>(outputs.size())));
    array.data.assign(data, data + bytes);
    Array scored = first_alike(array, alike);
    outputs.push_back({{info.name, std::move(array)}, std::move(scored)});
  }
  return outputs;
}

void check_outputs(const std::string& folder, const rt3d_model* model, const std::vector<std::string>& read) {
  if (folder.empty()) return;
  refuse_dash("-o", folder);
  check_output_folder(folder);
  if (!std::filesystem::is_directory(folder)) return;
  std::map<std::string, int> used;
  for (const TensorInfo& output : outputs_of(model)) {
    const std::filesystem::path path = std::filesystem::path(folder) / file_name(output.name, used);
    std::error_code none;
    for (const std::string& file : read)
      if (std::filesystem::equivalent(path, file, none))
        throw UsageError("-o " + folder + ": " + path.string() + " would take the place of " + file +
                         ", which is read; give another folder");
    check_output(path);
  }
}

void write_outputs(const std::string& folder, const std::vector<Output>& outputs) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Failure("cannot create the folder " + folder + ": " + error.message());
  std::map<std::string, int> used;
  for (const Output& output : outputs) {
    const Array& array = output.array;
    write_whole(std::filesystem::path(folder) / file_name(output.name, used),
                [&](const std::filesystem::path& file) {
                  write_npy(file, array.dtype, array.shape, array.data.data());
                });
  }
}

void warn_about_labels(const std::vector<std::string>& labels, const std::vector<Output>& outputs) {
  if (labels.empty()) return;
  std::string sizes;
  for (const Output& output : outputs) {
    if (!is_vector(output.scored.shape)) continue;
    const auto classes = static_cast<std::size_t>(element_count(output.scored.shape));
    if (classes == labels.size()) return;
    sizes += join(sizes.empty() ? "" : ", ", "'", output.name, "' has ", classes, " classes");
  }
  warn(join("there are ", labels.size(), " labels, but ",
            sizes.empty() ? "no output is a vector of classes" : sizes, ": labels are not shown"));
}

void print_output(const Output& output, const std::vector<std::string>& labels, std::size_t count) {
  std::printf("output   %s: %s %s, %s\n", printable(output.name).c_str(), dtype_name(output.array.dtype),
              dims_text(output.array.shape).c_str(), summary_text(summarize(output.array)).c_str());
  Table table("rlr");
  for (const Score& score : best_scores(output.scored, labels, count)) {
    const bool classes = !score.label.empty();
    table.add({std::to_string(score.index), score.label,
               classes ? fixed(score.value * 100, 2) + " %" : fixed(score.value, 6)});
  }
  std::printf("%s", table.text().c_str());
}

json output_json(const Output& output, const std::vector<std::string>& labels, std::size_t count) {
  const Summary summary = summarize(output.array);
  // Of no finite value there is none.
  const auto or_null = [&](double value) { return summary.finite > 0 ? json(value) : json(); };
  json scores = json::array();
  for (const Score& score : best_scores(output.scored, labels, count)) {
    json row = {{"index", score.index}, {"score", score.value}};
    if (!score.label.empty()) row["label"] = score.label;
    scores.push_back(row);
  }
  return {{"name", output.name},
          {"dtype", dtype_name(output.array.dtype)},
          {"shape", output.array.shape},
          {"min", or_null(summary.least)},
          {"max", or_null(summary.most)},
          {"mean", or_null(summary.mean)},
          {"not_finite", summary.not_finite},
          {"top", scores}};
}

}  // namespace rt3d::cli
