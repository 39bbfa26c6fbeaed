#include "cli/parts/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>

#include "cli/parts/failure.h"
#include "cli/parts/temporaries.h"
#include "cli/parts/temporary_folder.h"

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMostTries = 1000;

// A new file that is gone with the object, unless it was given its final name.
class FileBeside {
 public:
  // No file when none can be created: errno says why.
  explicit FileBeside(const fs::path& target) {
    errno = EEXIST;
    for (int i = 0; i < kMostTries && path_.empty() && errno == EEXIST; ++i)
      path_ = Temporaries::make([&]() -> std::string {
        std::string name = join(target.string(), ".part-", getpid(), "-", i);
        const int descriptor = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        if (descriptor < 0) return "";
        ::close(descriptor);
        return name;
      });
  }
  ~FileBeside() {
    if (path_.empty()) return;
    std::error_code ignored;
    fs::remove(path_, ignored);
    Temporaries::drop(path_);
  }
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  const fs::path& path() const { return path_; }

  // Throws filesystem_error.
  void become(const fs::path& target) const {
    if (fs::exists(target)) fs::permissions(path_, fs::status(target).permissions());
    fs::rename(path_, target);
  }

 private:
  fs::path path_;
};

std::string with_name(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

constexpr const char* kFolderAdvice = "check that the folder exists, may be written and has room";
constexpr const char* kFileAdvice = "make it writable, or give another name";

[[noreturn]] void refuse_path(const fs::path& path, const std::string& reason,
                              const char* advice = kFolderAdvice) {
  throw Failure("cannot write " + path.string() + ": " + reason + ": " + advice);
}

// As the user that the program acts for.
bool writable(const fs::path& path) { return faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0; }

// The name behind links, which stay links though what they name may not be there yet.
fs::path behind_links(const fs::path& path) {
  constexpr int kMostLinks = 40;  // as Linux
  fs::path target = path;
  std::error_code none;
  for (int links = 0; fs::is_symlink(target, none); ++links) {
    if (links == kMostLinks)
      refuse_path(path, "its links lead in a circle", "remove it, or give another name");
    const fs::path next = fs::read_symlink(target, none);
    if (none) refuse_path(path, none.message());
    target = target.parent_path() / next;
  }
  return target;
}

// Where the bytes of a file go; throws Failure where none may.
struct Destination {
  fs::path target;      // behind links
  bool exists = false;  // as an ordinary file
  bool direct = false;  // a device, a pipe
};

Destination destination_of(const fs::path& path) {
  std::error_code none;
  // Links of /proc may say "pipe:[1234]": only the system can follow them.
  const fs::file_status open = fs::status(path, none);
  if (fs::exists(open) && !fs::is_regular_file(open) && !fs::is_directory(open)) {
    if (!writable(path)) refuse_path(path, std::strerror(errno), kFileAdvice);
    return {path, false, true};
  }
  Destination found{behind_links(path)};
  const fs::file_status status = fs::status(found.target, none);
  if (fs::is_directory(status)) refuse_path(path, "it is a folder", "give the name of a file");
  found.exists = fs::is_regular_file(status);
  if (found.exists && !writable(found.target)) refuse_path(path, std::strerror(errno), kFileAdvice);
  return found;
}

// The number in a name of what this process has open already, such as /dev/stdout; -1: it is none. What is behind such a name may be a
// file that others write to as well, so that it is neither replaced nor cut.
int open_descriptor(const fs::path& path) {
  const std::string name = path.lexically_normal().string();
  if (name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  for (const std::string folder : {"/dev/fd/", "/proc/self/fd/"}) {
    const std::string number = name.starts_with(folder) ? name.substr(folder.size()) : "";
    if (!number.empty() && number.size() < 8 && number.find_first_not_of("0123456789") == std::string::npos)
      return std::stoi(number);
  }
  return -1;
}

// Copies a file to the end of what the descriptor stands for.
void append(const fs::path& path, const fs::path& file, int descriptor) {
  std::fflush(nullptr);
  std::ifstream in(file, std::ios::binary);
  std::array<char, 1 << 16> part;
  while (in.read(part.data(), part.size()) || in.gcount() > 0)
    for (std::streamsize at = 0; at < in.gcount();) {
      const ssize_t written =
          ::write(descriptor, part.data() + at, static_cast<std::size_t>(in.gcount() - at));
      if (written < 0 && errno != EINTR) refuse_path(path, std::strerror(errno));
      at += std::max<ssize_t>(written, 0);
    }
}

}  // namespace

void check_output(const fs::path& path) {
  if (open_descriptor(path) >= 0) return;
  const Destination to = destination_of(path);
  if (to.direct) return;
  const FileBeside beside(to.target);
  if (beside.path().empty() && !to.exists) refuse_path(path, std::strerror(errno));
}

void check_output_folder(const fs::path& folder) {
  std::error_code none;
  fs::path nearest = folder;  // that exists: the others would be made
  while (!fs::exists(nearest, none) && nearest.has_relative_path() && nearest != nearest.parent_path())
    nearest = nearest.parent_path();
  if (nearest.empty()) nearest = ".";
  if (nearest != folder && fs::is_symlink(folder, none))
    throw Failure("cannot create the folder " + folder.string() + ": it is a link to what is not there");
  if (!fs::is_directory(nearest, none))
    throw Failure("cannot create the folder " + folder.string() + ": " + nearest.string() + " is no folder");
  const FileBeside inside(nearest / "output");
  if (inside.path().empty())
    throw Failure("cannot write into the folder " + folder.string() + ": " + std::strerror(errno) +
                  ": give one that may be written");
}

bool same_output(const fs::path& a, const fs::path& b) {
  const auto whole = [](const fs::path& path) {
    return fs::weakly_canonical(fs::absolute(behind_links(path)));
  };
  std::error_code none;
  return fs::equivalent(a, b, none) || whole(a) == whole(b);
}

void refuse_dash(const std::string& option, const std::string& path) {
  if (path == "-")
    throw UsageError(option + " - would be standard output, which the results go to: give ./- for a file " +
                     "of that name");
}

void write_whole(const fs::path& path, const std::function<void(const fs::path& file)>& write) {
  if (const int descriptor = open_descriptor(path); descriptor >= 0) {
    const TemporaryFolder folder(fs::temp_directory_path(), "rt3d-output-");
    write(folder.path() / "output");
    return append(path, folder.path() / "output", descriptor);
  }
  const Destination to = destination_of(path);
  if (to.direct) return write(path);
  const FileBeside beside(to.target);
  if (beside.path().empty() && to.exists) return write(path);
  if (beside.path().empty()) refuse_path(path, std::strerror(errno));
  const auto named = [&](const std::exception& error) {
    return with_name(error.what(), beside.path().string(), path.string());
  };
  try {
    write(beside.path());
    beside.become(to.target);
  } catch (const fs::filesystem_error& error) {
    refuse_path(path, error.code().message());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const UsageError& error) {
    throw UsageError(named(error));
  } catch (const std::exception& error) {
    throw Failure(named(error));
  }
}

void write_text(const fs::path& path, const std::string& text) {
  write_whole(path, [&](const fs::path& file) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) refuse_path(file, std::strerror(errno));
  });
}

}  // namespace rt3d::cli
