#include "cli/parts/library_warnings.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>

#include "cli/parts/printable.h"
#include "rt3d/rt3d.h"

namespace rt3d::cli {
namespace {

std::mutex mutex;
const char* program_name = "rt3d";

// Any thread may call it. A progress bar may stand where the line goes.
void show(void*, rt3d_log_level level, const char* text) {
  static std::set<std::string> shown;
  const std::lock_guard guard(mutex);
  if (!shown.insert(text).second) return;
  std::fprintf(stderr, "%s%s: %s: %s\n", isatty(STDERR_FILENO) == 1 ? "\r\x1b[K" : "", program_name,
               level == RT3D_LOG_ERROR ? "error" : "warning", printable(text).c_str());
}

}  // namespace

void show_library_warnings(const char* program) {
  const char* log = std::getenv("RT3D_LOG");
  if (log != nullptr && *log != '\0') return;
  program_name = program;
  rt3d_set_log(show, nullptr, RT3D_LOG_WARNING);
}

}  // namespace rt3d::cli
