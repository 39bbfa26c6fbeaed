#include "cli/parts/npz.h"

#include <array>
#include <cstring>
#include <fstream>
#include <string_view>

#include "cli/parts/failure.h"
#include "cli/parts/npy_header.h"

namespace rt3d::cli {
namespace {

// PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr std::uint16_t kVersion = 20, kUtf8Names = 1 << 11, kStored = 0;
constexpr std::uint16_t kTime = 0, kDate = 1 << 5 | 1;  // 1980-01-01: the same masks give the same file
constexpr std::size_t kMostBytes = std::size_t{1} << 31, kMostEntries = 65535;

// CRC-32 of IEEE 802.3, reflected.
std::uint32_t crc32(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0xedb88320U : value >> 1;
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t sum = 0xffffffffU;
  for (const char c : bytes) sum = kTable[(sum ^ static_cast<unsigned char>(c)) & 255] ^ sum >> 8;
  return ~sum;
}

class LittleEndian {
 public:
  template <typename Number>
  LittleEndian& operator<<(Number number) {
    for (std::size_t byte = 0; byte < sizeof(Number); ++byte)
      text_ += static_cast<char>(number >> (8 * byte) & 255);
    return *this;
  }
  LittleEndian& operator<<(const std::string& text) {
    text_ += text;
    return *this;
  }
  const std::string& text() const { return text_; }
  auto size() const { return static_cast<std::uint32_t>(text_.size()); }

 private:
  std::string text_;
};

// What both headers of an entry have in common.
void describe(LittleEndian& to, const std::string& name, const std::string& file) {
  const auto bytes = static_cast<std::uint32_t>(file.size());
  to << kVersion << kUtf8Names << kStored << kTime << kDate << crc32(file) << bytes << bytes
     << static_cast<std::uint16_t>(name.size()) << std::uint16_t{0};
}

}  // namespace

void write_npz(const std::filesystem::path& path, const std::map<std::string, ByteArray>& arrays) {
  LittleEndian archive, directory;
  if (arrays.size() > kMostEntries)
    throw Failure(join(path.string(), ": ", arrays.size(), " arrays are too many"));
  for (const auto& [array_name, array] : arrays) {
    const std::string name = array_name + ".npy";
    std::string file = npy_header_text("|u1", array.shape);
    file.append(array.values.begin(), array.values.end());
    if (name.size() > 65535 || archive.text().size() + file.size() > kMostBytes)
      throw Failure(path.string() +
                    ": more than 2 GiB, or a name of more than 64 KiB, fits into no such file");
    directory << kCentral << kVersion;
    describe(directory, name, file);
    directory << std::uint16_t{0} << std::uint16_t{0} << std::uint16_t{0} << std::uint32_t{0}
              << archive.size() << name;
    archive << kLocal;
    describe(archive, name, file);
    archive << name << file;
  }
  const auto entries = static_cast<std::uint16_t>(arrays.size());
  LittleEndian end;
  end << kEnd << std::uint16_t{0} << std::uint16_t{0} << entries << entries << directory.size()
      << archive.size() << std::uint16_t{0};
  std::ofstream out(path, std::ios::binary);
  out << archive.text() << directory.text() << end.text();
  out.close();
  if (!out) throw Failure("cannot write " + path.string() + ": " + std::strerror(errno));
}

}  // namespace rt3d::cli
