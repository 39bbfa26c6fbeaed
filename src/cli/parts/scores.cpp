#include "cli/parts/scores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

#include "cli/parts/failure.h"
#include "cli/parts/plain_text.h"
#include "cli/parts/unreadable.h"

namespace rt3d::cli {

Summary summarize(const Array& array) {
  Summary summary;
  double sum = 0;
  const std::int64_t count = element_count(array.shape);
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = element(array.dtype, array.data.data(), i);
    if (!std::isfinite(value)) {
      ++summary.not_finite;
      continue;
    }
    summary.least = summary.finite == 0 ? value : std::min(summary.least, value);
    summary.most = summary.finite == 0 ? value : std::max(summary.most, value);
    sum += value;
    ++summary.finite;
  }
  if (summary.finite > 0) summary.mean = sum / static_cast<double>(summary.finite);
  return summary;
}

bool is_vector(const std::vector<std::int64_t>& shape) {
  return std::count_if(shape.begin(), shape.end(), [](std::int64_t size) { return size != 1; }) == 1 &&
         element_count(shape) > 1;
}

std::vector<double> values_of(const Array& array) {
  std::vector<double> values(static_cast<std::size_t>(element_count(array.shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = element(array.dtype, array.data.data(), static_cast<std::int64_t>(i));
  }
  return values;
}

std::vector<double> probabilities(const std::vector<double>& scores) {
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  const bool in_range = std::all_of(scores.begin(), scores.end(), [](double p) { return p >= 0 && p <= 1; });
  if (in_range && std::abs(sum - 1) < 1e-3) return scores;
  const double most = *std::max_element(scores.begin(), scores.end());
  std::vector<double> result(scores.size());
  double total = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) total += result[i] = std::exp(scores[i] - most);
  for (double& value : result) value /= total;
  return result;
}

std::vector<std::size_t> top(const std::vector<double>& values, std::size_t count) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&](std::size_t i) { return std::isnan(values[i]) ? -INFINITY : values[i]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
  order.resize(std::min(count, order.size()));
  return order;
}

std::vector<std::string> split_labels(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(plain_text(text));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  while (!lines.empty() && lines.back().find_first_not_of(" \t\r") == std::string::npos) lines.pop_back();
  return lines;
}

std::vector<std::string> read_labels(const std::string& path) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 20;  // a device may give any number
  std::ifstream in(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.empty() || text.size() > kMostBytes)
    throw Failure("cannot read labels from " + path + ": " +
                  (text.empty() ? why_nothing(path) : "it is no text of labels") +
                  ": give a text file with one label a line");
  return split_labels(text);
}

}  // namespace rt3d::cli
