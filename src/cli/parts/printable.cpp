#include "cli/parts/printable.h"

namespace rt3d::cli {
namespace {

// The bytes of the UTF-8 character that the text begins with, and its code; one byte with its own value where it
// begins with none.
struct Character {
  std::size_t bytes = 1;
  char32_t code = 0;
};

Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (bytes == 1 || bytes > text.size() || lead > 0xf4) return {1, lead};
  char32_t code = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return {1, lead};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  return {bytes, code};
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }
bool is_white(char32_t code) { return code >= '\t' && code <= '\r'; }

std::string cleaned(std::string_view text, std::string_view kept) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character first = first_of(text);
    if (!is_control(first.code) || kept.find(text[0]) != std::string_view::npos)
      result += text.substr(0, first.bytes);
    else
      result += is_white(first.code) ? ' ' : '?';
    text.remove_prefix(first.bytes);
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) { return cleaned(text, ""); }
std::string printable_lines(std::string_view text) { return cleaned(text, "\n\t"); }

}  // namespace rt3d::cli
