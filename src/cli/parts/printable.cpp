#include "cli/parts/printable.h"

namespace rt3d::cli {
namespace {

// The bytes of the UTF-8 character that the text begins with, and its code; one byte with its own value where it
// begins with none.
struct Character {
  std::size_t bytes = 1;
  char32_t code = 0;
  bool valid = true;
};

// The least code that is written with so many bytes: shorter ones are to be written shorter.
constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
constexpr bool is_surrogate(char32_t code) { return code >= 0xd800 && code < 0xe000; }

Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (bytes == 1) return {1, lead, lead < 0x80};
  if (bytes > text.size() || lead > 0xf4) return {1, lead, false};
  char32_t code = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return {1, lead, false};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  if (code < kLeast[bytes] || code > 0x10ffff || is_surrogate(code)) return {1, lead, false};
  return {bytes, code};
}

std::string escape(char byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'\\', 'x', kDigits[value >> 4], kDigits[value & 15]};
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }
bool is_white(char32_t code) { return code >= '\t' && code <= '\r'; }

std::string cleaned(std::string_view text, std::string_view kept) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character first = first_of(text);
    if (!first.valid)
      result += escape(text[0]);
    else if (!is_control(first.code) || kept.find(text[0]) != std::string_view::npos)
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

std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (; end < text.size() && columns > 0; --columns) end += first_of(text.substr(end)).bytes;
  return text.substr(0, end);
}

}  // namespace rt3d::cli
