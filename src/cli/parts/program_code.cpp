// See program_code.h. An entry of smaps is a line "from-to rwxp offset device inode path" and lines "Name:   12 kB".
#include "cli/parts/program_code.h"

#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace rt3d::cli {
namespace {

struct Image {
  bool code = false;  // some part may be executed
  std::int64_t resident_bytes = 0;
};

}  // namespace

std::int64_t program_code_bytes(std::istream& smaps) {
  std::map<std::string, Image> images;  // by device and inode
  Image* image = nullptr;               // of the entry at hand
  std::istringstream fields;
  for (std::string line, first; std::getline(smaps, line);) {
    fields.clear();
    fields.str(line);
    if (!(fields >> first)) continue;
    if (first.back() != ':') {
      std::string permissions, offset, device, inode;
      fields >> permissions >> offset >> device >> inode;
      const bool of_file = permissions.size() == 4 && permissions[3] == 'p' && inode != "0";
      image = of_file ? &images[device + " " + inode] : nullptr;
      if (image && permissions[2] == 'x') image->code = true;
    } else if (image && (first == "Rss:" || first == "Anonymous:")) {
      std::int64_t kib = 0;
      fields >> kib;
      image->resident_bytes += (first == "Rss:" ? 1024 : -1024) * kib;
    }
  }
  std::int64_t bytes = 0;
  for (const auto& [file, found] : images)
    if (found.code) bytes += found.resident_bytes;
  return bytes;
}

std::int64_t program_code_bytes() {
  std::ifstream smaps("/proc/self/smaps");
  return program_code_bytes(smaps);
}

}  // namespace rt3d::cli
