#include "harness.h"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/error.h"

namespace rt3d::fuzz {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    const fs::path memory = "/dev/shm";
    const bool writable = ::access(memory.c_str(), W_OK) == 0;
    std::string name = ((writable ? memory : fs::temp_directory_path()) / "rt3d-fuzz-XXXXXX").string();
    expect(::mkdtemp(name.data()) != nullptr, "no folder for files can be created");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

void expect(bool holds, std::string_view finding) {
  if (holds) return;
  std::fprintf(stderr, "finding: %.*s\n", static_cast<int>(finding.size()), finding.data());
  std::abort();
}

const fs::path& empty_folder() {
  static const Folder folder;
  for (const auto& entry : fs::directory_iterator(folder.path())) fs::remove_all(entry.path());
  return folder.path();
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  expect(static_cast<bool>(out.flush()), "a file for the target cannot be written: " + path.string());
}

}  // namespace rt3d::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rt3d;
  try {
    fuzz::fuzz_one(std::as_bytes(std::span(data, size)));
  } catch (const Error& error) {
    fuzz::expect(error.code() != Code::internal, cat("an internal error: ", error.what()));
    fuzz::expect(std::string_view(error.what()).size() > 10, cat("an error without a text: ", error.what()));
  }
  return 0;
}
