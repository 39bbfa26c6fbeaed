// Target: rows of a tuning database as text: what is read is written so that it reads as the same, and importing it twice, or what
// was exported, adds nothing.
#include "harness.h"
#include "tuner/row.h"
#include "tuner/tuning_db.h"

namespace rt3d::fuzz {

void fuzz_one(std::span<const std::byte> input) {
  const std::string text(text_of(input));
  const std::vector<tuner::Row> rows = tuner::parse_rows(text);
  const std::string written = tuner::rows_text(rows);
  expect(tuner::rows_text(tuner::parse_rows(written)) == written, "rows read as others than were written");
  tuner::TuningDb db("");
  const tuner::Stored stored = db.import_text(text);
  expect(stored.added + stored.replaced + stored.unchanged == static_cast<std::int64_t>(rows.size()),
         "rows are counted twice or not at all");
  const std::string exported = db.export_text();
  tuner::TuningDb copy("");
  expect(copy.import_text(exported).added == db.count(), "not all exported rows were imported");
  expect(copy.export_text() == exported, "a copy of a database differs");
  for (const tuner::Row& row : rows)
    expect(!db.find(row.device, row.threads, row.problem).empty(), "an imported row is not found");
}

}  // namespace rt3d::fuzz
