#include "base/attributes.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "base/error.h"
#include "base/real_text.h"

namespace rt3d {
namespace {

template <typename T>
const T* get(const std::map<std::string, AttributeValue>& values, const std::string& name, const char* kind) {
  const auto it = values.find(name);
  if (it == values.end()) return nullptr;
  const T* value = std::get_if<T>(&it->second);
  if (!value) fail(Code::invalid_model, "attribute '", name, "' is not ", kind);
  return value;
}

// Shortest text that reads back as the same double, always with a mark that it is real.
std::string real_text(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".einf") == std::string::npos) text += ".0";
  return text;
}

bool same_value(const AttributeValue& a, const AttributeValue& b) {
  const double* left = std::get_if<double>(&a);
  const double* right = std::get_if<double>(&b);
  if (left && right) return std::bit_cast<std::uint64_t>(*left) == std::bit_cast<std::uint64_t>(*right);
  return a == b;
}

}  // namespace

bool Attributes::operator==(const Attributes& other) const {
  return std::equal(
      values_.begin(), values_.end(), other.values_.begin(), other.values_.end(),
      [](const auto& a, const auto& b) { return a.first == b.first && same_value(a.second, b.second); });
}

std::int64_t Attributes::integer(const std::string& name, std::int64_t fallback) const {
  const auto* value = get<std::int64_t>(values_, name, "an integer");
  return value ? *value : fallback;
}

double Attributes::real(const std::string& name, double fallback) const {
  const auto it = values_.find(name);
  if (it != values_.end() && std::holds_alternative<std::int64_t>(it->second))
    return static_cast<double>(std::get<std::int64_t>(it->second));
  const auto* value = get<double>(values_, name, "a number");
  return value ? *value : fallback;
}

std::string Attributes::string(const std::string& name, const std::string& fallback) const {
  const auto* value = get<std::string>(values_, name, "a string");
  return value ? *value : fallback;
}

std::vector<std::int64_t> Attributes::integers(const std::string& name,
                                               std::vector<std::int64_t> fallback) const {
  const auto* value = get<std::vector<std::int64_t>>(values_, name, "a list of integers");
  if (value) return *value;
  return fallback;
}

std::string Attributes::text() const {
  std::string out;
  for (const auto& [name, value] : values_) {
    if (!out.empty()) out += ' ';
    out += name + "=" + attribute_value_text(value);
  }
  return out;
}

std::string attribute_value_text(const AttributeValue& value) {
  if (const auto* i = std::get_if<std::int64_t>(&value)) return std::to_string(*i);
  if (const auto* r = std::get_if<double>(&value)) return real_text(*r);
  if (const auto* s = std::get_if<std::string>(&value)) return *s;
  const auto& list = std::get<std::vector<std::int64_t>>(value);
  if (list.size() < 2) return list.empty() ? "[]" : "[" + std::to_string(list[0]) + "]";
  std::string out;
  for (std::int64_t i : list) out += (out.empty() ? "" : "x") + std::to_string(i);
  return out;
}

AttributeValue parse_attribute_value(std::string_view text) {
  if (text == "[]") return std::vector<std::int64_t>{};
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    std::int64_t only = 0;
    const auto [at, error] = std::from_chars(text.data() + 1, text.data() + text.size() - 1, only);
    if (error == std::errc() && at == text.data() + text.size() - 1) return std::vector<std::int64_t>{only};
  }
  std::vector<std::int64_t> list;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    std::int64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) break;
    list.push_back(value);
    if (next == end) {
      if (list.size() == 1) return list[0];
      return list;
    }
    if (*next != 'x') break;
    at = next + 1;
  }
  if (const auto real = parse_real(text)) return *real;
  return std::string(text);
}

}  // namespace rt3d
