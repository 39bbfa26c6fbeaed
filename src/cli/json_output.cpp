#include "cli/json_output.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/build_info.h"
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

}  // namespace

void print_json(nlohmann::json result) {
  if (result.is_array()) {
    for (nlohmann::json& object : result) stamp(object);
  } else {
    stamp(result);
  }
  const std::string text = result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

}  // namespace rt3d::cli
