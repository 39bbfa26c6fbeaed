#include "base/accelerator.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/checksum.h"
#include "base/error.h"

namespace rt3d {
namespace {

struct MakerRow {
  std::string_view word;  // in the name, the vendor or the version, in small letters
  Maker maker;
};
// In the order in which they are looked for.
constexpr std::array<MakerRow, 10> kMakers{{{"adreno", Maker::adreno},
                                            {"fd6", Maker::adreno},  // Mesa's names of them
                                            {"fd7", Maker::adreno},
                                            {"mali-", Maker::mali},
                                            {"immortalis", Maker::mali},
                                            {"powervr", Maker::powervr},
                                            {"nvidia", Maker::nvidia},
                                            {"intel", Maker::intel},
                                            {"advanced micro devices", Maker::amd},
                                            {"radeon", Maker::amd}}};  // Mesa's vendor is "AMD"

std::string in_small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// The number of two or more digits that follows `word` within a few characters, wherever in the text; 0 when there is none.
int number_after(const std::string& text, std::string_view word) {
  constexpr std::size_t kBetween = 8;  // "(TM) "
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t digit = text.find_first_of("0123456789", at + word.size());
    if (digit == std::string::npos || digit > at + word.size() + kBetween) continue;
    int number = 0;
    for (std::size_t i = digit;
         i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) && number < 1000; ++i)
      number = number * 10 + (text[i] - '0');
    if (number >= 10) return number;
  }
  return 0;
}

}  // namespace

bool Accelerator::has(std::string_view extension) const {
  const std::string_view all = extensions;
  for (std::size_t at = all.find(extension); at != std::string_view::npos; at = all.find(extension, at + 1)) {
    const std::size_t end = at + extension.size();
    if ((at == 0 || all[at - 1] == ' ') && (end == all.size() || all[end] == ' ')) return true;
  }
  return false;
}

std::string Accelerator::fingerprint() const {
  std::string line = cat("opencl/", platform, "/", name, "/", version, "/", driver, "/cu=", compute_units,
                         "/ext=", checksum64(extensions));
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return std::isspace(c) != 0 || std::iscntrl(c) != 0; },
      '_');
  return line;
}

std::string Accelerator::text() const {
  return cat(name, " (", platform, ", driver ", driver, "), ", compute_units,
             compute_units == 1 ? " compute unit" : " compute units", halves ? ", 16-bit arithmetic" : "");
}

void recognise(Accelerator& a) {
  const std::string names = in_small_letters(cat(a.name, " ", a.vendor, " ", a.version));
  const auto row = std::find_if(kMakers.begin(), kMakers.end(),
                                [&](const MakerRow& r) { return names.find(r.word) != std::string::npos; });
  a.maker = row == kMakers.end() || a.is_cpu ? Maker::other : row->maker;
  if (a.maker == Maker::adreno) {
    for (const std::string_view word : {"adreno", "fd"})
      if (const int number = number_after(names, word); number >= 100) a.model = number;
  } else if (a.maker == Maker::mali) {
    for (const std::string_view word : {"immortalis-g", "mali-g", "mali-t"})
      if (a.model == 0) a.model = number_after(names, word);
  }
}

}  // namespace rt3d
