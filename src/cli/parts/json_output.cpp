#include "cli/parts/json_output.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/parts/build_info.h"
#include "rt3d/rt3d.h"

namespace rt3d::cli {
namespace {

constexpr int kSchema = 1;

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  char text[sizeof "2026-11-29T10:00:00Z"];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void stamp(nlohmann::json& object) {
  object["schema"] = kSchema;
  object["version"] = rt3d_version();
  object["commit"] = build_commit();
  object["date"] = utc_now();
}

// The document with escapes for the control characters that JSON lets stand: DEL and those from U+0080 to U+009F.
std::string with_escapes(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const bool two = byte(i) == 0xc2 && i + 1 < text.size() && byte(i + 1) < 0xa0;
    if (!two && byte(i) != 0x7f) {
      result += text[i];
      continue;
    }
    i += two ? 1 : 0;
    constexpr char kDigits[] = "0123456789abcdef";
    result += std::string("\\u00") + kDigits[byte(i) >> 4] + kDigits[byte(i) & 15];
  }
  return result;
}

}  // namespace

std::string json_text(nlohmann::json result) {
  if (result.is_array()) {
    for (nlohmann::json& object : result) stamp(object);
  } else {
    stamp(result);
  }
  return with_escapes(result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)) + '\n';
}

void print_json(nlohmann::json result) {
  const std::string text = json_text(std::move(result));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace rt3d::cli
