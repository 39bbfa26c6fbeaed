#include "jit/asm/perf.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "base/env.h"

namespace rt3d::jit {
namespace {

#if defined(__aarch64__)
constexpr std::uint32_t kElfMachine = 183;  // EM_AARCH64
#else
constexpr std::uint32_t kElfMachine = 62;  // EM_X86_64
#endif

std::uint64_t monotonic_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1000000000u + static_cast<std::uint64_t>(t.tv_nsec);
}

// The format of Linux's tools/perf/Documentation/jitdump-specification.txt.
class JitDump {
 public:
  JitDump() {
    const std::string path = "jit-" + std::to_string(getpid()) + ".dump";
    const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0644);
    if (fd < 0) return;
    file_ = fdopen(fd, "wb");
    const struct {
      std::uint32_t magic = 0x4A695444, version = 1, size = 40, machine = kElfMachine, pad = 0;
      std::uint32_t pid = static_cast<std::uint32_t>(getpid());
      std::uint64_t timestamp = monotonic_ns(), flags = 0;
    } header;
    std::fwrite(&header, sizeof header, 1, file_);
    std::fflush(file_);
    // perf record learns of the file from this executable mapping, which stays until the process ends.
    static_cast<void>(mmap(nullptr, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), PROT_READ | PROT_EXEC,
                           MAP_PRIVATE, fd, 0));
  }

  void add(const std::string& name, const void* code, std::size_t bytes) {
    if (!file_) return;
    const auto address = reinterpret_cast<std::uint64_t>(code);
    const struct {
      std::uint32_t id = 0;
      std::uint32_t size;
      std::uint64_t timestamp = monotonic_ns();
      std::uint32_t pid = static_cast<std::uint32_t>(getpid());
      std::uint32_t tid = static_cast<std::uint32_t>(syscall(SYS_gettid));
      std::uint64_t vma, address, code_size, index;
    } record{.size = static_cast<std::uint32_t>(56 + name.size() + 1 + bytes),
             .vma = address,
             .address = address,
             .code_size = bytes,
             .index = index_++};
    std::fwrite(&record, sizeof record, 1, file_);
    std::fwrite(name.c_str(), name.size() + 1, 1, file_);
    std::fwrite(code, bytes, 1, file_);
    std::fflush(file_);
  }

 private:
  FILE* file_ = nullptr;
  std::uint64_t index_ = 0;
};

void append_to_map(const std::string& name, const void* code, std::size_t bytes) {
  const std::string path = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  FILE* file = std::fopen(path.c_str(), "ae");
  if (!file) return;
  std::fprintf(file, "%lx %zx %s\n", reinterpret_cast<unsigned long>(code), bytes, name.c_str());
  std::fclose(file);
}

}  // namespace

void announce_to_perf(const std::string& name, const void* code, std::size_t bytes) {
  const std::string mode = env(EnvSwitch::perf);
  if (mode.empty()) return;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (mode == "map") append_to_map(name, code, bytes);
  if (mode == "jitdump") {
    static JitDump* const dump = new JitDump;
    dump->add(name, code, bytes);
  }
}

}  // namespace rt3d::jit
