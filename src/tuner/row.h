// Rows of the tuning database as values: their key, checksum, rules of validity and precedence, and their
// text form.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "tuner/tuning_db.h"

namespace rt3d::tuner {

using RowKey = std::tuple<std::string, int, std::string, std::string>;  // device, threads, problem, family
RowKey key_of(const Row& row);

// Whether the fields may be stored: texts of 1 to 4096 bytes without control characters, finite times, a rigor
// that there is.
bool storable(const Row& row);
bool storable(const Intent& intent);

std::uint64_t checksum(const Row& row);
std::uint64_t checksum(const Intent& intent, const std::string& owner);

// Whether `row` replaces `existing` of the same key: unless that one was measured with more rigor and is not
// slower.
bool replaces(const Row& row, const Row& existing);

// The text form; sorts the rows.
std::string rows_text(std::vector<Row> rows);
std::vector<Row> parse_rows(const std::string& text);  // throws invalid_argument with the line number

}  // namespace rt3d::tuner
