#include "cli/prune/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "cli/parts/failure.h"
#include "cli/parts/output_file.h"

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "lock";

// What a start that was interrupted may have left.
bool is_left_over(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == kLock || name == "log.txt" || name.starts_with("model.onnx") ||
         name.starts_with("recipe.json.part");
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

// The lock is the process's: it is gone with it, however it ends.
RunFolder::RunFolder(fs::path folder) : folder_(std::move(folder)) {
  const std::string path = file(kLock).string();
  lock_ = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock_)
    throw Failure("cannot write into the run folder " + folder_.string() + ": " + std::strerror(errno));
  if (::flock(lock_.number(), LOCK_EX | LOCK_NB) == 0) {
    const std::string id = std::to_string(::getpid()) + "\n";
    const bool told = ::ftruncate(lock_.number(), 0) == 0 &&
                      ::pwrite(lock_.number(), id.data(), id.size(), 0) == static_cast<ssize_t>(id.size());
    static_cast<void>(told);  // only for the text below
    return;
  }
  std::ifstream in(path);
  std::string id;
  std::getline(in, id);
  throw Failure("the run folder " + folder_.string() + " is in use" +
                (id.empty() ? "" : " by process " + id) + ": wait for its end, or give another folder");
}

RunFolder RunFolder::create(const fs::path& folder) {
  if (fs::exists(folder / "recipe.json"))
    throw UsageError("the folder " + folder.string() +
                     " holds another run: give an empty one, or go on with it: rt3d-prune --resume " +
                     folder.string());
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Failure("cannot create the run folder " + folder.string() + ": " + error.message());
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (!is_left_over(entry.path()))
      throw UsageError("the folder " + folder.string() + " is no run's and not empty (" +
                       entry.path().filename().string() + "): give another one");
  check_output_folder(folder);
  return RunFolder(folder);
}

RunFolder RunFolder::open(const fs::path& folder) {
  if (!fs::exists(folder / "recipe.json"))
    throw UsageError("there is no run in " + folder.string() + ": it has no recipe.json");
  return RunFolder(folder);
}

void RunFolder::log(const std::string& line) const {
  std::ofstream out(file("log.txt"), std::ios::app | std::ios::binary);
  out << now_text() << "  " << line << "\n";
}

}  // namespace rt3d::cli
