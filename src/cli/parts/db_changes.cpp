#include "cli/parts/db_changes.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/parts/json_output.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

struct Reason {
  std::int64_t rt3d_db_changes::*count;
  const char* key;   // in JSON
  const char* text;  // for people
};
constexpr Reason kReasons[] = {
    {&rt3d_db_changes::fitting, "fitting", "fit this machine: they count as measured"},
    {&rt3d_db_changes::of_relatives, "of_relatives", "of a relative of this device: tried first"},
    {&rt3d_db_changes::of_other_devices, "of_other_devices", "of another device"},
    {&rt3d_db_changes::of_unknown_families, "of_unknown_families",
     "of kernels that this version does not have"},
    {&rt3d_db_changes::of_other_versions, "of_other_versions", "of kernels in another version"},
    {&rt3d_db_changes::of_illegal_schedules, "of_illegal_schedules", "whose schedule is not legal here"},
    {&rt3d_db_changes::of_other_threads, "of_other_threads", "for more threads than this device has cores"},
    {&rt3d_db_changes::left_out, "left_out", "left out: no CPU is so fast"},
};

}  // namespace

std::string fits_text(const rt3d_db_changes& changes) {
  Table table("rl");
  for (const Reason& reason : kReasons)
    if (changes.*reason.count > 0 || reason.count == &rt3d_db_changes::fitting)
      table.add({std::to_string(changes.*reason.count), reason.text});
  return table.text();
}

nlohmann::json fits_json(const rt3d_db_changes& changes) {
  nlohmann::json json;
  for (const Reason& reason : kReasons) json[reason.key] = changes.*reason.count;
  return json;
}

void print_changes(const rt3d_db_changes& changes, const char* database, bool as_json) {
  if (as_json) {
    nlohmann::json result = {{"database", database},
                             {"added", changes.added},
                             {"replaced", changes.replaced},
                             {"unchanged", changes.unchanged}};
    result["rows"] = fits_json(changes);
    return print_json(result);
  }
  std::printf("%lld rows added, %lld replaced, %lld unchanged in %s\n%s",
              static_cast<long long>(changes.added), static_cast<long long>(changes.replaced),
              static_cast<long long>(changes.unchanged), printable(database).c_str(),
              fits_text(changes).c_str());
}

}  // namespace rt3d::cli
