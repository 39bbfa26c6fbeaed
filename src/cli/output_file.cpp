#include "cli/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "cli/failure.h"
#include "cli/temporaries.h"

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMostTries = 1000;

// A new file that is gone with the object, unless it was given its final name.
class FileBeside {
 public:
  // No file when none can be created: errno says why.
  explicit FileBeside(const fs::path& target) {
    for (int i = 0; i < kMostTries && path_.empty(); ++i) {
      const std::string name = join(target.string(), ".part-", getpid(), "-", i);
      const int descriptor = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
      if (descriptor < 0 && errno == EEXIST) continue;
      if (descriptor < 0) return;
      ::close(descriptor);
      path_ = name;
      Temporaries::add(path_);
    }
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

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw Failure("cannot write " + path.string() + ": " + reason +
                ": check that the folder exists, may be written and has room");
}

}  // namespace

void write_whole(const fs::path& path, const std::function<void(const fs::path& file)>& write) {
  std::error_code ignored;
  const bool exists = fs::exists(path, ignored);
  if (fs::is_directory(path, ignored)) refuse(path, "it is a folder");
  if (exists && !fs::is_regular_file(path, ignored)) return write(path);
  const bool link =
      fs::is_symlink(path, ignored);  // which stays one, though what it names may not be there yet
  const fs::path target = link ? fs::weakly_canonical(path) : path;
  const FileBeside beside(target);
  if (beside.path().empty() && exists && access(target.c_str(), W_OK) == 0) return write(path);
  if (beside.path().empty()) refuse(path, std::strerror(errno));
  try {
    write(beside.path());
    beside.become(target);
  } catch (const fs::filesystem_error& error) {
    refuse(path, error.code().message());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Failure(with_name(error.what(), beside.path().string(), path.string()));
  }
}

void write_text(const fs::path& path, const std::string& text) {
  write_whole(path, [&](const fs::path& file) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) refuse(file, std::strerror(errno));
  });
}

}  // namespace rt3d::cli
