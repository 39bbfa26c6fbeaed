#include "tuner/row.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/checksum.h"
#include "base/error.h"
#include "base/real_text.h"
#include "kernels/problem.h"
#include "kernels/schedule.h"

namespace rt3d::tuner {
namespace {

// The text form's versions, newest first: the first line, and the fields of every other one.
struct TextForm {
  std::string_view header;
  std::size_t fields;
};
constexpr TextForm kForms[] = {{"rt3d-tuning\t2", 10}, {"rt3d-tuning\t1", 9}};
constexpr std::string_view kFieldNames[] = {"device",   "threads", "problem",    "family", "version",
                                            "schedule", "time_ns", "default_ns", "rigor",  "disturbance"};
constexpr std::size_t kMaxText = 4096;
constexpr int kMaxThreads = 4096;

bool storable_text(const std::string& text) {
  return !text.empty() && text.size() <= kMaxText && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 32 || c == 127;
  });
}

bool storable_time(double ns) { return std::isfinite(ns) && !std::signbit(ns); }

// Fields go in with their lengths, so that no two rows give the same bytes.
class Hash {
 public:
  Hash& add(const std::string& text) {
    add(static_cast<std::int64_t>(text.size()));
    value_ = checksum64(text, value_);
    return *this;
  }
  Hash& add(std::int64_t number) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
    value_ = checksum64({bytes, sizeof bytes}, value_);
    return *this;
  }
  Hash& add(double number) { return add(std::bit_cast<std::int64_t>(number)); }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = checksum64("");
};

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

[[noreturn]] void refuse_number(std::string_view text, std::string_view field, std::size_t line) {
  fail(Code::invalid_argument, "tuning rows, line ", line, ": ", field, " '", text, "' is not a number");
}

int parse_whole(std::string_view text, std::string_view field, std::size_t line) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) refuse_number(text, field, line);
  return value;
}

double parse_number(std::string_view text, std::string_view field, std::size_t line) {
  const auto value = parse_real(text);
  if (!value) refuse_number(text, field, line);
  return *value;
}

std::string field_names(std::size_t count) {
  std::string names;
  for (std::size_t i = 0; i < count; ++i) names += cat(i == 0 ? "" : " ", kFieldNames[i]);
  return names;
}

const TextForm& form_of(std::string_view first_line) {
  for (const TextForm& form : kForms)
    if (form.header == first_line) return form;
  fail(Code::invalid_argument, "tuning rows, line 1: '", first_line.substr(0, 40), "' instead of '",
       kForms[0].header, "'");
}

Row parse_row(std::string_view text, std::size_t line, const TextForm& form) {
  const std::vector<std::string_view> f = split(text, '\t');
  if (f.size() != form.fields)
    fail(Code::invalid_argument, "tuning rows, line ", line, ": ", f.size(), " fields instead of ",
         form.fields, " separated by tabs (", field_names(form.fields), ")");
  Row row;
  row.device = f[0];
  row.threads = parse_whole(f[1], "threads", line);
  row.problem = f[2];
  row.family = f[3];
  row.version = parse_whole(f[4], "version", line);
  row.schedule = f[5];
  row.time_ns = parse_number(f[6], "time_ns", line);
  row.default_ns = parse_number(f[7], "default_ns", line);
  row.rigor = parse_whole(f[8], "rigor", line);
  if (form.fields > 9) row.disturbance = parse_number(f[9], "disturbance", line);
  if (!storable(row))
    fail(Code::invalid_argument, "tuning rows, line ", line, ": a field is empty or out of range");
  try {
    kernels::parse_problem(row.problem);
    kernels::parse_schedule(row.schedule);
  } catch (const Error& error) {
    fail(Code::invalid_argument, "tuning rows, line ", line, ": ", error.what());
  }
  return row;
}

}  // namespace

RowKey key_of(const Row& row) { return {row.device, row.threads, row.problem, row.family}; }

bool storable(const Row& row) {
  return storable_text(row.device) && storable_text(row.problem) && storable_text(row.family) &&
         storable_text(row.schedule) && row.threads >= 1 && row.threads <= kMaxThreads && row.version >= 0 &&
         storable_time(row.time_ns) && storable_time(row.default_ns) && storable_time(row.disturbance) &&
         row.rigor >= kSurveyed && row.rigor <= kFull;
}

bool storable(const Intent& intent) {
  return storable_text(intent.device) && storable_text(intent.problem) && storable_text(intent.family) &&
         storable_text(intent.schedule) && intent.version >= 0;
}

bool has_text_form(const Row& row) {
  if (!storable(row) || row.device.front() == '#') return false;  // such a line is a comment
  try {
    kernels::parse_problem(row.problem);
    kernels::parse_schedule(row.schedule);
    return true;
  } catch (const Error& error) {
    if (error.code() == Code::out_of_memory) throw;
    return false;
  }
}

std::uint64_t checksum(const Row& row) {
  Hash hash;
  hash.add(row.device)
      .add(std::int64_t{row.threads})
      .add(row.problem)
      .add(row.family)
      .add(std::int64_t{row.version})
      .add(row.schedule)
      .add(row.time_ns)
      .add(row.default_ns)
      .add(std::int64_t{row.rigor});
  if (row.disturbance != 0) hash.add(row.disturbance);
  return hash.value();
}

std::uint64_t checksum(const JournalEntry& entry) {
  Hash hash;
  hash.add(entry.intent.device)
      .add(entry.intent.problem)
      .add(entry.intent.family)
      .add(std::int64_t{entry.intent.version})
      .add(entry.intent.schedule)
      .add(entry.owner);
  if (entry.deaths != 0 || entry.begun_s != 0) hash.add(std::int64_t{entry.deaths}).add(entry.begun_s);
  return hash.value();
}

bool replaces(const Row& row, const Row& existing) {
  if (existing.version != row.version) return true;
  const double now = std::max(row.disturbance, kQuiet), before = std::max(existing.disturbance, kQuiet);
  if (now < before) return true;
  if (now > before) return row.time_ns * (1 + row.disturbance) < existing.time_ns;
  return existing.rigor <= row.rigor || existing.time_ns > row.time_ns;
}

bool takes_place(const NewRow& row, const Row& existing) {
  return row.instead_of == existing || replaces(row.row, existing);
}

Fate fate_of(const NewRow& row, const Row& existing) {
  return row.row != existing && takes_place(row, existing) ? Fate::replaced : Fate::unchanged;
}

std::string rows_text(std::vector<Row> rows) {
  // Stable: of rows with one key the order counts when the text is imported.
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return key_of(a) < key_of(b); });
  std::string out = cat(kForms[0].header, '\n');
  for (const Row& r : rows)
    out += cat(r.device, '\t', r.threads, '\t', r.problem, '\t', r.family, '\t', r.version, '\t', r.schedule,
               '\t', number_text(r.time_ns), '\t', number_text(r.default_ns), '\t', r.rigor, '\t',
               number_text(r.disturbance), '\n');
  return out;
}

bool is_newest_form(const std::string& text) { return text.starts_with(cat(kForms[0].header, '\n')); }

std::vector<Row> parse_rows(const std::string& text, std::vector<std::size_t>* lines) {
  std::vector<Row> rows;
  const TextForm& form = form_of(std::string_view(text).substr(0, text.find('\n')));
  std::size_t line = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    ++line;
    const auto end = rest.find('\n');
    const std::string_view content = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line == 1 || content.empty() || content[0] == '#') continue;
    rows.push_back(parse_row(content, line, form));
    if (lines != nullptr) lines->push_back(line);
  }
  return rows;
}

}  // namespace rt3d::tuner
