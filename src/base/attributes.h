// Ordered named attributes of an operation, shared by graph nodes and kernel problems, and their one line of
// text: "strides=1x1x1 group=1 mode=constant alpha=0.5". Names are ONNX's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rt3d {

using AttributeValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>>;

class Attributes {
 public:
  void set(std::string name, AttributeValue value) { values_[std::move(name)] = std::move(value); }
  void erase(const std::string& name) { values_.erase(name); }
  bool has(const std::string& name) const { return values_.count(name) != 0; }

  // Each returns the fallback when absent and throws invalid_model when the type differs.
  std::int64_t integer(const std::string& name, std::int64_t fallback) const;
  double real(const std::string& name, double fallback) const;  // accepts integers too
  std::string string(const std::string& name, const std::string& fallback) const;
  std::vector<std::int64_t> integers(const std::string& name, std::vector<std::int64_t> fallback) const;

  const std::map<std::string, AttributeValue>& all() const { return values_; }
  bool empty() const { return values_.empty(); }
  std::string text() const;  // name=value, sorted by name, space separated
  // Reals are compared by their bits, so that attributes with a NaN equal themselves.
  bool operator==(const Attributes& other) const;

 private:
  std::map<std::string, AttributeValue> values_;
};

// One "value" of "name=value": 3 is an integer, 0.5 or 1e-3 a real, 1x2x3 a list ("[]" empty, "[5]" of one),
// else a string.
AttributeValue parse_attribute_value(std::string_view text);
std::string attribute_value_text(const AttributeValue& value);

}  // namespace rt3d
