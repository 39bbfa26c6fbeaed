#include "cli/parts/plain_text.h"

namespace rt3d::cli {

std::string plain_text(std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before_end = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!before_end) text[kept++] = text[i];
  }
  text.resize(kept);
  return text;
}

}  // namespace rt3d::cli
