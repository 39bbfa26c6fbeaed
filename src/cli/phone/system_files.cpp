#include "cli/phone/system_files.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>

namespace rt3d::cli {
namespace {

constexpr std::size_t kMostBytes = 64 << 10;

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

}  // namespace

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMostBytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

std::string line_of(const std::filesystem::path& file) {
  const std::string text = text_of(file);
  return text.substr(0, text.find('\n'));
}

std::optional<std::int64_t> number_of(const std::filesystem::path& file) {
  return parse_number(line_of(file));
}

std::vector<int> parse_cpu_list(const std::string& text) {
  std::istringstream in(text);
  std::vector<int> cpus;
  for (std::string part; std::getline(in, part, ',');) {
    const std::size_t dash = part.find('-');
    const auto first = parse_number(part.substr(0, dash));
    const auto last = dash == std::string::npos ? first : parse_number(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last > 4095) break;
    for (std::int64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus;
}

std::vector<std::filesystem::path> numbered(const std::filesystem::path& folder, const std::string& prefix) {
  std::map<std::int64_t, std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    if (const auto number = parse_number(std::string_view(name).substr(prefix.size())))
      found[*number] = at->path();
  }
  std::vector<std::filesystem::path> paths;
  paths.reserve(found.size());
  for (const auto& [number, path] : found) paths.push_back(path);
  return paths;
}

}  // namespace rt3d::cli
