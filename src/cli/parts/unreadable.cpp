#include "cli/parts/unreadable.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace rt3d::cli {

std::string why_unreadable(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return "it does not exist";
  if (error == std::errc::too_many_symbolic_link_levels) return "its links lead in a circle";
  if (error) return error.message();
  if (std::filesystem::is_directory(status)) return "it is a folder";
  return access(path.c_str(), R_OK) == 0 ? "" : std::strerror(errno);
}

std::string why_nothing(const std::filesystem::path& path) {
  const std::string why = why_unreadable(path);
  return why.empty() ? "it is empty" : why;
}

}  // namespace rt3d::cli
