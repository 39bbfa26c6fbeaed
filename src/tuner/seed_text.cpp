#include "tuner/seed_text.h"

#include <algorithm>
#include <optional>

#include "base/device.h"
#include "base/error.h"
#include "tuner/machine.h"
#include "tuner/row.h"
#include "tuner/row_fit.h"

namespace rt3d::tuner {
namespace {

constexpr std::string_view kAcceleratorKind = "opencl/";

template <typename... Parts>
[[noreturn]] void refuse_line(std::size_t line, const Parts&... parts) {
  fail(Code::invalid_argument, "seeds, line ", line, ": ", parts...);
}

void require_provenance(std::string_view text) {
  std::vector<std::string_view> missing(std::begin(kProvenance), std::end(kProvenance));
  text.remove_prefix(std::min(text.find('\n'), text.size()));
  while (text.starts_with("\n#")) {
    text.remove_prefix(2);
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size());
    std::erase_if(missing, [&](std::string_view key) {
      return line.starts_with(cat(" ", key, ": ")) && line.size() > key.size() + 3;
    });
  }
  if (!missing.empty())
    fail(Code::invalid_argument, "seeds: there is no line '# ", missing.front(),
         ": …' behind the first one: rt3d-tune export writes it");
}

void require_order(const std::vector<Row>& rows, const std::vector<std::size_t>& lines) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const RowKey before = key_of(rows[i - 1]), here = key_of(rows[i]);
    if (here == before)
      refuse_line(lines[i], "the same device, threads, problem and family as in line ", lines[i - 1]);
    if (here < before)
      refuse_line(lines[i], "not sorted by device, threads, problem and family: rt3d-tune merge-seeds sorts");
  }
}

void require_sense(const Row& row, std::size_t line, const SeedFamilies& families) {
  const bool accelerator = row.device.starts_with(kAcceleratorKind);
  const std::span<const kernels::KernelFamily* const> known =
      accelerator ? families.accelerator : families.cpu;
  if (accelerator && known.empty()) return;
  const std::optional<Device> device = device_of(row.device);
  if (!accelerator && !device) refuse_line(line, "the device '", row.device, "' is none");
  const auto family = std::ranges::find(known, row.family, &kernels::KernelFamily::id);
  if (family == known.end()) refuse_line(line, "there is no family '", row.family, "'");
  if (row.version > (*family)->version())
    refuse_line(line, row.family, " has no version ", row.version, " yet; it is at ", (*family)->version());
  if (accelerator || row.version < (*family)->version()) return;
  if (!legal_on(row, **family, {.device = *device}))
    refuse_line(line, "the schedule '", row.schedule, "' of ", row.family, " is not legal for ", row.problem);
  if (!believable(row, std::span(&*family, 1), *device))
    refuse_line(line, "no CPU takes as little as ", row.time_ns, " ns for ", row.problem);
}

}  // namespace

std::vector<Row> checked_seeds(const std::string& text, const SeedFamilies& families) {
  std::vector<std::size_t> lines;
  std::vector<Row> rows = parse_rows(text, &lines);
  if (!is_newest_form(text))
    fail(Code::invalid_argument,
         "seeds, line 1: an older version of the text: import it and export it again");
  require_provenance(text);
  require_order(rows, lines);
  for (std::size_t i = 0; i < rows.size(); ++i) require_sense(rows[i], lines[i], families);
  return rows;
}

}  // namespace rt3d::tuner
