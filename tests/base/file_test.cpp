// Files that are none: whoever opens what a user named must not wait for a pipe or read a device.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "scratch_folder.h"

TEST_SUITE_BEGIN("base");

namespace rt3d {
namespace {

std::string refusal(const std::filesystem::path& path) {
  try {
    MappedFile::open(path);
  } catch (const Error& error) {
    CHECK(error.code() == Code::io);
    CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
    return error.what();
  }
  return "";
}

bool says(const std::string& text, const char* what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE(
    "pipes, devices, folders, sockets and links to them are refused by what they are, without waiting") {
  const tests::ScratchFolder folder;
  const auto pipe = folder.path() / "pipe", socket_path = folder.path() / "socket";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(socket_path.string().size() < sizeof address.sun_path);
  socket_path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  std::filesystem::create_symlink(pipe, folder.path() / "link");
  CHECK(says(refusal(pipe), "a pipe"));
  CHECK(says(refusal(folder.path() / "link"), "a pipe"));
  CHECK(says(refusal("/dev/zero"), "a device"));
  CHECK(says(refusal("/dev/null"), "a device"));
  CHECK(says(refusal(folder.path()), "a folder"));
  CHECK(says(refusal(socket_path), "a socket"));
  CHECK(says(refusal(folder.path() / "missing"), "No such file"));
  CHECK(says(refusal(folder.path() / "link" / "below"), "Not a directory"));
  ::close(socket);
}

TEST_CASE("standard input is read where it is a file, and refused where it is a pipe [host only]") {
  const tests::ScratchFolder folder;
  tests::write_bytes(folder.path() / "file", "contents");
  const int before = ::dup(0);
  const int file = ::open((folder.path() / "file").c_str(), O_RDONLY);
  REQUIRE(::dup2(file, 0) == 0);
  CHECK(MappedFile::open("/dev/stdin")->bytes().size() == 8);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::dup2(ends[0], 0) == 0);
  CHECK(says(refusal("/dev/stdin"), "a pipe"));
  if (before >= 0)
    ::dup2(before, 0);
  else
    ::close(0);
  for (const int fd : {before, file, ends[0], ends[1]})
    if (fd > 0) ::close(fd);
}

TEST_CASE("files of the system that have no size give nothing, and none hangs [host only]") {
  CHECK(MappedFile::open("/proc/self/mem")->bytes().empty());
  CHECK(MappedFile::open("/proc/self/maps")->bytes().empty());
}

TEST_CASE("a mapped file that was shortened is noticed, one that grew or was replaced is not minded") {
  const tests::ScratchFolder folder;
  const auto path = folder.path() / "file";
  tests::write_bytes(path, std::string(10000, 'x'));
  const auto file = MappedFile::open(path);
  file->require_whole();
  std::filesystem::resize_file(path, 20000);
  file->require_whole();
  std::filesystem::resize_file(path, 9999);
  CHECK_THROWS_WITH_AS(file->require_whole(), doctest::Contains("shortened from 10000 to 9999"), Error);
  std::filesystem::resize_file(path, 10000);
  tests::write_bytes(folder.path() / "other", "short");
  std::filesystem::rename(folder.path() / "other", path);
  file->require_whole();
}

}  // namespace rt3d

TEST_SUITE_END();
