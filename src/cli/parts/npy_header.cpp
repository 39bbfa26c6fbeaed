#include "cli/parts/npy_header.h"

#include <cctype>
#include <string_view>

#include "cli/parts/failure.h"

namespace rt3d::cli {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = 1 << 16;

// Reads the header's dictionary of strings, booleans and tuples of integers; anything else is malformed.
class Dictionary {
 public:
  Dictionary(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  NpyHeader read() {
    NpyHeader header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        header.descr = quoted(), has_descr = true;
      } else if (key == "fortran_order") {
        refuse_fortran(word()), has_order = true;
      } else if (key == "shape") {
        header.shape = tuple(), has_shape = true;
      } else {
        malformed("the key '" + key + "' is not known");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!has_descr || !has_order || !has_shape) malformed("it needs descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void malformed(const std::string& why) const {
    throw Failure(join(where_, ": malformed .npy header: ", why));
  }
  void refuse_fortran(std::string_view order) const {
    if (order == "False") return;
    if (order != "True") malformed("fortran_order is neither True nor False");
    throw Failure(where_ + ": the array is in Fortran order: save numpy.ascontiguousarray(array) instead");
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) malformed(join("'", c, "' expected at byte ", at_));
  }
  std::string quoted() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const std::size_t end =
        quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) malformed(join("a quoted word expected at byte ", at_));
    std::string result(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return result;
  }
  std::string_view word() {
    skip_space();
    const std::size_t start = at_;
    while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_]))) ++at_;
    return text_.substr(start, at_ - start);
  }
  std::int64_t number() {
    skip_space();
    std::int64_t value = 0;
    const std::size_t start = at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) && at_ - start < 18) {
      value = value * 10 + (text_[at_++] - '0');
    }
    if (at_ == start) malformed(join("a dimension expected at byte ", at_));
    return value;
  }
  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> values;
    expect('(');
    while (!accept(')')) {
      values.push_back(number());
      if (values.size() > 8) malformed("more than 8 dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }

  std::string_view text_;
  std::string where_;
  std::size_t at_ = 0;
};

}  // namespace

NpyHeader read_npy_header(std::istream& in, const std::filesystem::path& path) {
  unsigned char start[8] = {};
  in.read(reinterpret_cast<char*>(start), sizeof start);
  if (!in || std::string_view(reinterpret_cast<char*>(start), kMagic.size()) != kMagic) {
    throw Failure(join(path.string(), " is not a .npy file: it does not start with NumPy's magic"));
  }
  const int version = start[6];
  if (version < 1 || version > 3) {
    throw Failure(join(path.string(), ": .npy version ", version, " is not supported: versions 1 to 3 are"));
  }
  unsigned char length[4] = {};
  in.read(reinterpret_cast<char*>(length), version == 1 ? 2 : 4);
  const std::size_t bytes =
      length[0] | length[1] << 8 | length[2] << 16 | static_cast<std::size_t>(length[3]) << 24;
  if (!in || bytes > kMaxHeaderBytes)
    throw Failure(join(path.string(), ": malformed .npy header of ", bytes, " bytes"));
  std::string text(bytes, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(bytes))) {
    throw Failure(join(path.string(), ": the file ends within its .npy header of ", bytes, " bytes"));
  }
  return Dictionary(text, path.string()).read();
}

std::string npy_header_text(const std::string& descr, const std::vector<std::int64_t>& shape) {
  std::string text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (const std::int64_t size : shape) text += std::to_string(size) + (shape.size() == 1 ? "," : ", ");
  text += "), }";
  const std::size_t before = kMagic.size() + 4;
  text.append(63 - (before + text.size()) % 64, ' ');
  text += '\n';
  std::string result(kMagic);
  result += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return result + text;
}

}  // namespace rt3d::cli
