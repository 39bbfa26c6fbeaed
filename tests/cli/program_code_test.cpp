// What counts as the program's own code in a process's memory, and what as its data.
#include "cli/parts/program_code.h"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "base/file.h"
#include "scratch.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using tests::Scratch;
namespace {

// An entry as the system writes it.
std::string mapping(const std::string& permissions, int inode, const std::string& path, int resident_kib,
                    int anonymous_kib) {
  std::ostringstream out;
  out << "7f30e5400000-7f30e5500000 " << permissions << " 00010000 fe:00 " << inode << "       " << path
      << "\nSize:               1024 kB\nRss:                " << resident_kib
      << " kB\nPss:                   1 kB\nAnonymous:            " << anonymous_kib
      << " kB\nVmFlags: rd mr mw me sd \n";
  return out.str();
}

std::int64_t kib_of(const std::string& smaps) {
  std::istringstream in(smaps);
  return program_code_bytes(in) / 1024;
}

}  // namespace

TEST_CASE("a library's pages are the program's, in all its mappings, but for what was written to") {
  CHECK(kib_of(mapping("r-xp", 7, "/usr/lib/libm.so.6", 300, 0)) == 300);
  CHECK(kib_of(mapping("r--p", 7, "/usr/lib/libm.so.6", 40, 0) +
               mapping("r-xp", 7, "/usr/lib/libm.so.6", 300, 0) +
               mapping("rw-p", 7, "/usr/lib/libm.so.6", 20, 16)) == 344);
  CHECK(kib_of(mapping("r-xp", 7, "/a name with spaces", 8, 0) + mapping("r-xp", 8, "/usr/bin/rt3d", 4, 0)) ==
        12);
}

TEST_CASE("a model's file, memory without a file and generated code are no program") {
  CHECK(kib_of("") == 0);
  CHECK(kib_of(mapping("r--p", 9, "/models/c3d.onnx", 9000, 0)) == 0);
  CHECK(kib_of(mapping("rw-p", 0, "[heap]", 500, 500)) == 0);
  CHECK(kib_of(mapping("r-xp", 0, "[vdso]", 8, 0)) == 0);
  CHECK(kib_of(mapping("r-xs", 5, "/memfd:code (deleted)", 64, 0)) == 0);
}

#ifdef __linux__
TEST_CASE("a mapped file that was read does not count as this program's code") {
  const std::int64_t before = program_code_bytes();
  CHECK(before > 100 << 10);
  const Scratch scratch;
  constexpr std::size_t kBytes = std::size_t{16} << 20;
  const auto file = MappedFile::open(scratch.write("weights", std::string(kBytes, 'w')));
  std::size_t letters = 0;
  for (const std::byte b : file->bytes()) letters += b == std::byte{'w'};
  CHECK(letters == kBytes);
  CHECK(program_code_bytes() - before < std::int64_t{kBytes} / 2);
}
#endif

}  // namespace rt3d::cli
