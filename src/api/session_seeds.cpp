#include "api/session_seeds.h"

#include <string>

#include "api/embedded_seeds.h"
#include "base/error.h"
#include "base/log.h"
#include "tuner/row.h"

namespace rt3d::api {
namespace {

// What cannot be read costs time, and no session.
template <typename Part>
void attempt(const Part& part) {
  try {
    part();
  } catch (const Error& error) {
    log(LogLevel::warning, error.what());
  }
}

}  // namespace

std::shared_ptr<const tuner::Seeds> seeds_of_texts(std::span<const std::string_view> texts) {
  if (texts.empty()) return nullptr;
  auto all = std::make_shared<tuner::Seeds>();
  for (const std::string_view text : texts) attempt([&] { all->add(tuner::parse_rows(std::string(text))); });
  return all;
}

std::shared_ptr<const tuner::Seeds> seeds_of(const rt3d_session_options& o) {
  static const std::shared_ptr<const tuner::Seeds> embedded = seeds_of_texts(kEmbeddedSeeds);
  if (o.seed_count < 0) fail(Code::invalid_argument, "seed_count is ", o.seed_count);
  if (o.seed_count == 0) return embedded;
  if (!o.seeds) fail(Code::invalid_argument, "seeds is NULL, but ", o.seed_count, " of them are announced");
  auto all = std::make_shared<tuner::Seeds>();
  for (std::int32_t i = 0; i < o.seed_count; ++i) {
    if (!o.seeds[i]) fail(Code::invalid_argument, "seeds[", i, "] is NULL");
    attempt([&] { all->add_file(o.seeds[i]); });
  }
  if (embedded) all->add(*embedded);  // behind the app's
  return all;
}

}  // namespace rt3d::api
