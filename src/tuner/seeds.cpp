#include "tuner/seeds.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "tuner/row.h"

namespace rt3d::tuner {
namespace {

constexpr std::string_view kSqlite = "SQLite format 3";
constexpr std::uintmax_t kMostSeedBytes = 256u << 20;  // as of databases

std::string contents(const std::filesystem::path& file) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);  // of regular files only
  if (error || bytes > kMostSeedBytes)
    fail(Code::io, "cannot read the seeds '", file.string(),
         "': ", error ? error.message() : "a file of more than 256 MiB");
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.good() && !in.eof()) fail(Code::io, "cannot read the seeds '", file.string(), "'");
  return text;
}

// A fingerprint's first two fields: "neon/Cortex-A76/l1=…", "opencl/QUALCOMM/Adreno…/…".
std::pair<std::string_view, std::string_view> kind_and_name(std::string_view device) {
  const auto field = [&] {
    const std::size_t end = std::min(device.find('/'), device.size());
    const std::string_view first = device.substr(0, end);
    device.remove_prefix(std::min(end + 1, device.size()));
    return first;
  };
  std::string_view kind = field(), name = field();
  if (kind == "opencl") name = field();  // behind the platform
  return {kind, name};
}

}  // namespace

Kinship kinship(const std::string& a, const std::string& b) {
  if (a == b) return Kinship::same;
  const auto [kind, name] = kind_and_name(a);
  const auto [other_kind, other_name] = kind_and_name(b);
  if (kind != other_kind) return Kinship::none;
  return name == other_name ? Kinship::core : Kinship::instruction_set;
}

void sort_by_closeness(std::vector<std::vector<Row>>& groups, const std::string& device, int threads) {
  const auto distance = [&](const std::vector<Row>& group) {
    const Row& row = group.front();
    return std::tuple(-static_cast<int>(kinship(device, row.device)),
                      std::fabs(std::log(static_cast<double>(row.threads) / threads)), row.device,
                      row.threads);
  };
  std::ranges::stable_sort(groups, {}, distance);
}

void Seeds::add_file(const std::filesystem::path& file) {
  std::string text = contents(file);
  try {
    if (text.starts_with(kSqlite)) text = TuningDb(file, false).export_text();
    add(parse_rows(text));
  } catch (const Error& error) {
    fail(error.code(), "the seeds '", file.string(), "': ", error.what());
  }
}

void Seeds::add(std::vector<Row> rows) {
  for (Row& row : rows) {
    std::vector<Row>& known = by_problem_[row.problem];
    if (std::ranges::any_of(known, [&](const Row& other) {
          return key_of(other) == key_of(row) && other.version == row.version;
        }))
      continue;
    known.push_back(std::move(row));
    ++count_;
  }
}

void Seeds::add(const Seeds& others) {
  for (const auto& [problem, rows] : others.by_problem_) add(rows);
}

std::vector<Row> Seeds::find(const std::string& device, int threads, const std::string& problem) const {
  std::vector<Row> found;
  if (const auto at = by_problem_.find(problem); at != by_problem_.end())
    std::ranges::copy_if(at->second, std::back_inserter(found),
                         [&](const Row& row) { return row.device == device && row.threads == threads; });
  return found;
}

std::vector<std::vector<Row>> Seeds::relatives(const std::string& device, int threads,
                                               const std::string& problem) const {
  const auto at = by_problem_.find(problem);
  if (at == by_problem_.end()) return {};
  std::map<std::pair<std::string, int>, std::vector<Row>> groups;
  for (const Row& row : at->second)
    if (kinship(device, row.device) != Kinship::none && (row.device != device || row.threads != threads))
      groups[{row.device, row.threads}].push_back(row);
  std::vector<std::vector<Row>> found;
  for (auto& [of, rows] : groups) found.push_back(std::move(rows));
  sort_by_closeness(found, device, threads);
  return found;
}

}  // namespace rt3d::tuner
