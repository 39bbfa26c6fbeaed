// Rows of the tuning database as values: their key, checksum, rules of validity and precedence, and their
// text form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "tuner/tuning_db.h"

namespace rt3d::tuner {

using RowKey = std::tuple<std::string, int, std::string, std::string>;  // device, threads, problem, family
RowKey key_of(const Row& row);

// A row of the journal: a candidate that was begun and not ended.
struct JournalEntry {
  Intent intent;
  std::string owner;  // process_owner() of its latest run
  int deaths = 0;     // owners before that one which died while it ran
  std::int64_t begun_s =
      0;  // when the latest run began, in seconds since 1970; 0: unknown (schema version 1)
};

// Whether the fields may be stored: texts of 1 to 4096 bytes without control characters, finite times, a
// rigor that there is.
bool storable(const Row& row);
bool storable(const Intent& intent);

// What schema version 1 did not have goes in where it is not zero only: rows of that version keep their
// checksums.
std::uint64_t checksum(const Row& row);
std::uint64_t checksum(const JournalEntry& entry);

// Whether `row` replaces `existing` of the same key. In this order:
//   versions differ                 yes
//   quieter than the existing row   yes, even when it is slower: the other's choice of schedule is worth less
//   more disturbed                  only where it is faster by more than its disturbance
//   as quiet                        unless the existing one was measured with more rigor and is not slower
// Rows up to kQuiet are equally quiet.
bool replaces(const Row& row, const Row& existing);

// A row to be stored. It takes the place of `instead_of` whatever replaces() says: who tuned knows that one, and why it goes.
struct NewRow {
  Row row;
  std::optional<Row> instead_of = {};
};
bool takes_place(const NewRow& row, const Row& existing);

// What becomes of a row that is to be stored. A row that is there already leaves that one unchanged.
enum class Fate : std::uint8_t { added, replaced, unchanged };
Fate fate_of(const NewRow& row, const Row& existing);

// Whether parse_rows() takes it: problem and schedule are none where a newer version, or somebody who means harm, has written the row.
bool has_text_form(const Row& row);

// The text form, in its newest version; sorts the rows.
std::string rows_text(std::vector<Row> rows);
// Of any version; throws invalid_argument with the line number. `lines`, when given, gets that of each row.
std::vector<Row> parse_rows(const std::string& text, std::vector<std::size_t>* lines = nullptr);
// Whether the text is of the newest version.
bool is_newest_form(const std::string& text);

}  // namespace rt3d::tuner
