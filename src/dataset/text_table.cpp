#include "dataset/text_table.h"

#include <charconv>

#include "base/error.h"
#include "base/file.h"

namespace rt3d::dataset {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

std::string at_line(const std::filesystem::path& file, int line) {
  return cat(file.string(), ":", line, ": ");
}

std::vector<Line> read_lines(const std::filesystem::path& file) {
  const auto mapped = MappedFile::open(file);
  if (mapped->bytes().size() > kMostBytes)
    fail(Code::invalid_argument, file.string(), " is no list: it has more than 256 MiB");
  std::string_view text(reinterpret_cast<const char*>(mapped->bytes().data()), mapped->bytes().size());
  if (text.find('\0') != std::string_view::npos)
    fail(Code::invalid_argument, file.string(), " is no list: it is no text");
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line.remove_suffix(1);
    if (!line.empty()) lines.push_back({number, std::string(line)});
  }
  return lines;
}

std::vector<std::string> split_spaces(std::string_view line) {
  std::vector<std::string> parts;
  for (std::size_t at = line.find_first_not_of(" \t"); at != std::string_view::npos;
       at = line.find_first_not_of(" \t", at)) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    parts.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return parts;
}

std::vector<std::string> split_csv(std::string_view line, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      parts.back() += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

int whole_number(const std::string& text, const std::filesystem::path& file, int line) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    fail(Code::invalid_argument, at_line(file, line), "'", text, "' is no whole number");
  return value;
}

}  // namespace rt3d::dataset
