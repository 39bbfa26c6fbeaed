// See window.h.
#include "graph/ops/window.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::graph {
namespace {

constexpr std::int64_t kLargestSize = std::int64_t{1} << 30;

std::vector<std::int64_t> listed(const Attributes& attributes, const char* name, std::size_t count,
                                 std::int64_t fallback, std::int64_t least, std::int64_t most) {
  std::vector<std::int64_t> list = attributes.integers(name, {});
  if (list.empty()) list.assign(count, fallback);
  if (list.size() != count)
    fail(Code::invalid_model, name, " has ", list.size(), " values, expected ", count);
  for (std::int64_t v : list)
    if (v < least || v > most)
      fail(Code::invalid_model, name, " holds ", v, "; values from ", least, " to ", most, " are accepted");
  return list;
}

// Output positions of one dimension; ceil_mode keeps a last partial window only if it starts inside the input
// or in front.
std::int64_t positions(std::int64_t size, std::int64_t front, std::int64_t back, std::int64_t reach,
                       std::int64_t stride, bool ceil_mode) {
  const std::int64_t room = size + front + back - reach;
  if (room < 0)
    fail(Code::invalid_model, "a window of ", reach, " does not fit into ", size, " elements padded by ",
         front, " and ", back);
  std::int64_t count = (ceil_mode ? (room + stride - 1) / stride : room / stride) + 1;
  if (ceil_mode && (count - 1) * stride >= size + front) --count;
  return count;
}

}  // namespace

Window resolve_window(const Attributes& attributes, const Shape& input, std::vector<std::int64_t> kernel) {
  const int spatial = input.rank() - 2;
  const auto count = static_cast<std::size_t>(spatial);
  if (spatial < 1 || spatial > 3)
    fail(Code::invalid_model, "1 to 3 spatial dimensions are accepted, the input is ", input.text());
  if (kernel.size() != count)
    fail(Code::invalid_model, "the kernel has ", kernel.size(), " dimensions, the input ", input.text(),
         " has ", spatial);
  for (std::int64_t k : kernel)
    if (k < 1 || k > kLargestSize) fail(Code::invalid_model, "a kernel of size ", k);
  Window w;
  w.kernel = std::move(kernel);
  w.strides = listed(attributes, "strides", count, 1, 1, kLargestSize);
  w.dilations = listed(attributes, "dilations", count, 1, 1, kLargestSize);
  w.pads = listed(attributes, "pads", 2 * count, 0, 0, kLargestPad);
  const std::string automatic = attributes.string("auto_pad", "NOTSET");
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (!same && automatic != "NOTSET" && automatic != "VALID" && !automatic.empty())
    fail(Code::invalid_model, "auto_pad '", automatic, "' is none of NOTSET, SAME_UPPER, SAME_LOWER, VALID");
  if (automatic == "VALID") w.pads.assign(2 * count, 0);
  const bool ceil_mode = attributes.integer("ceil_mode", 0) != 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t size = input[static_cast<int>(i) + 2];
    const std::int64_t reach = w.dilations[i] * (w.kernel[i] - 1) + 1;
    if (size < 1) fail(Code::invalid_model, "the input ", input.text(), " has an empty dimension");
    if (same) {
      const std::int64_t out = (size + w.strides[i] - 1) / w.strides[i];
      const std::int64_t total = std::max<std::int64_t>((out - 1) * w.strides[i] + reach - size, 0);
      if (total > 2 * kLargestPad)
        fail(Code::invalid_model, "auto_pad asks for ", total, " elements of padding");
      w.pads[i] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      w.pads[i + count] = total - w.pads[i];
      w.output.push_back(out);
    } else {
      w.output.push_back(positions(size, w.pads[i], w.pads[i + count], reach, w.strides[i], ceil_mode));
    }
  }
  return w;
}

void set_window(Attributes& attributes, const Window& window, bool with_kernel) {
  for (const char* name : {"auto_pad", "ceil_mode", "storage_order", "kernel_shape"}) attributes.erase(name);
  attributes.set("strides", window.strides);
  attributes.set("pads", window.pads);
  attributes.set("dilations", window.dilations);
  if (with_kernel) attributes.set("kernel_shape", window.kernel);
}

}  // namespace rt3d::graph
