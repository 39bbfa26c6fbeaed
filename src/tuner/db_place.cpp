#include "tuner/db_place.h"

#include <cstdint>
#include <fstream>
#include <new>
#include <string>
#include <system_error>

#include "base/error.h"
#include "tuner/sqlite.h"

namespace rt3d::tuner {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;  // half a million rows

[[noreturn]] void give_up(std::string_view attempt, const std::error_code& error) {
  throw_if_no_memory(error);
  throw SqliteError(Fault::other, cat(attempt, ": ", error.message()));
}

bool missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

std::string_view kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory: return "a folder";
    case fs::file_type::fifo: return "a FIFO";
    case fs::file_type::symlink: return "a link";
    case fs::file_type::socket: return "a socket";
    case fs::file_type::block:
    case fs::file_type::character: return "a device";
    default: return "no regular file";
  }
}

// The last 8 bytes of a rollback journal that names a super-journal, as SQLite's file format defines them.
constexpr std::string_view kNamesAnother("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);

bool names_another_file(const fs::path& journal, std::uintmax_t size) {
  if (size < kNamesAnother.size()) return false;
  std::ifstream in(journal, std::ios::binary);
  char end[kNamesAnother.size()] = {};
  in.seekg(static_cast<std::streamoff>(size - sizeof end));
  return in.read(end, sizeof end) && std::string_view(end, sizeof end) == kNamesAnother;
}

// Whether there is one; throws where it is not what it should be.
bool check_file(const fs::path& file, std::uintmax_t& size) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(file, error);
  if (status.type() == fs::file_type::not_found) return false;
  if (error) give_up(cat("look at '", file.string(), "'"), error);
  if (status.type() != fs::file_type::regular)
    throw SqliteError(Fault::foreign, cat("'", file.string(), "' is ", kind_of(status.type())));
  size = fs::file_size(file, error);
  if (missing(error)) return false;  // gone since
  if (error) give_up(cat("look at '", file.string(), "'"), error);
  if (size > kMostBytes)
    throw SqliteError(Fault::costly,
                      cat("'", file.string(), "' has ", size, " bytes; at most ", kMostBytes, " are read"));
  return true;
}

}  // namespace

fs::path beside(const fs::path& path, std::string_view suffix) {
  fs::path other = path;
  other += suffix;
  return other;
}

fs::path resolved(const fs::path& path) {
  std::error_code error;
  fs::path file = fs::absolute(path, error);
  if (error) give_up("find the current folder", error);
  for (int links = 0; links < kMostLinks; ++links) {
    const fs::path folder = fs::weakly_canonical(file.parent_path(), error);
    if (error && !missing(error)) give_up(cat("follow '", path.string(), "'"), error);
    file = (error ? file.parent_path().lexically_normal() : folder) / file.filename();
    error.clear();
    if (fs::symlink_status(file, error).type() != fs::file_type::symlink) return file;
    const fs::path target = fs::read_symlink(file, error);
    if (error) give_up(cat("follow the link '", file.string(), "'"), error);
    file = file.parent_path() / target;
  }
  throw SqliteError(Fault::other, "its links lead nowhere");
}

std::uintmax_t bytes_of(const fs::path& file) {
  std::uintmax_t size = 0;
  return check_file(file, size) ? size : 0;
}

bool may_be_opened(const fs::path& file) {
  if (!file.has_filename() || file.filename() == "." || file.filename() == "..")
    throw SqliteError(Fault::foreign, "it is a folder");
  std::uintmax_t size = 0;
  for (const char* suffix : {"-wal", "-shm", ".lock"}) check_file(beside(file, suffix), size);
  const fs::path journal = beside(file, "-journal");
  if (check_file(journal, size) && names_another_file(journal, size))
    throw SqliteError(Fault::foreign,
                      cat("'", journal.string(), "' is the journal of another program's transaction"));
  if (!check_file(file, size)) return false;
  if (size == 1)
    throw SqliteError(Fault::foreign, "it is no SQLite database");  // to SQLite it is an empty one
  return true;
}

}  // namespace rt3d::tuner
