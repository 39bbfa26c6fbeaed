#include "runtime/adversarial_rows.h"

#include <climits>
#include <limits>

#include "base/error.h"
#include "jit/jit.h"
#include "tuner/db_statements.h"
#include "tuner/sqlite.h"

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Schedule;
using tuner::Row;

constexpr int kExtremes[] = {0,    -1,   1,     2,        3,           7,       64,      255,        -64,
                             1000, 4096, 65536, 16777217, INT_MAX - 1, INT_MAX, INT_MIN, INT_MIN + 1};
const std::string kTexts[] = {"",
                              "default",
                              "=",
                              ",",
                              "a",
                              "a=",
                              "=1",
                              "nan",
                              "a=nan",
                              "rows=inf",
                              "rows=1e3",
                              "rows=0x10",
                              "rows=1,rows=1",
                              "rows=99999999999999999999",
                              "rows=-",
                              " rows=1",
                              "rows=1 ",
                              "rows=1,",
                              "rows=\xff\xfe",
                              "rows=1\nrows=2",
                              "'; DROP TABLE schedule; --"};
const double kTimes[] = {0,
                         -1,
                         1e-300,
                         5e-324,
                         1e-3,
                         1,
                         1e300,
                         1e308,
                         std::numeric_limits<double>::infinity(),
                         -std::numeric_limits<double>::infinity()};

template <typename Values>
auto& one_of(Values& values, Random& random) {
  return values[static_cast<std::size_t>(random.below(std::ssize(values)))];
}

std::string joined(const std::vector<std::pair<std::string, int>>& knobs) {
  std::string text;
  for (const auto& [name, value] : knobs) text += cat(text.empty() ? "" : ",", name, "=", value);
  return text;
}

}  // namespace

AdversarialRows::AdversarialRows(std::span<const kernels::Problem> problems, const kernels::Target& target,
                                 std::uint64_t seed)
    : random_(seed) {
  for (const kernels::Problem& problem : problems)
    for (const KernelFamily* family : jit::families()) {
      if (!family->supports(problem, target)) continue;
      Known known{.row = {}, .space = family->space(problem, target)};
      known.row.device = target.device.fingerprint();
      known.row.threads = target.threads;
      known.row.problem = problem.text();
      known.row.family = std::string(family->id());
      known.row.version = family->version();
      for (const Schedule& schedule : known.space)
        for (const auto& [name, value] : schedule.knobs()) values_[name].push_back(value);
      known_.push_back(std::move(known));
    }
}

// Legal, with a time that may win.
Row AdversarialRows::some_row() {
  const Known& known = one_of(known_, random_);
  Row row = known.row;
  row.schedule = one_of(known.space, random_).text();
  row.time_ns = 500 + static_cast<double>(random_.below(100'000));
  row.default_ns = 2 * row.time_ns;
  return row;
}

void AdversarialRows::change(Row& row) {
  std::vector<std::pair<std::string, int>> knobs;
  try {
    knobs = kernels::parse_schedule(row.schedule).knobs();
  } catch (const Error&) {  // by an earlier change
  }
  const Row other = some_row();
  switch (random_.below(16)) {
    case 0:
    case 1:
    case 2:  // a value that another schedule has: each may be legal by itself
      if (knobs.empty()) return;
      {
        auto& knob = one_of(knobs, random_);
        if (values_.contains(knob.first)) knob.second = one_of(values_[knob.first], random_);
      }
      row.schedule = joined(knobs);
      return;
    case 3:
    case 4:
      if (!knobs.empty()) one_of(knobs, random_).second = one_of(kExtremes, random_);
      row.schedule = joined(knobs);
      return;
    case 5:
      if (!knobs.empty()) one_of(knobs, random_).second += random_.below(2) == 0 ? 1 : -1;
      row.schedule = joined(knobs);
      return;
    case 6:
      if (!knobs.empty()) knobs.erase(knobs.begin() + random_.below(std::ssize(knobs)));
      row.schedule = joined(knobs);
      return;
    case 7:
      knobs.insert(knobs.begin() + random_.below(std::ssize(knobs) + 1),
                   {random_.below(2) == 0 ? "unknown" : "rows", one_of(kExtremes, random_)});
      row.schedule = joined(knobs);
      return;
    case 8: row.schedule = other.schedule; return;
    case 9: row.family = other.family; return;
    case 10: row.problem = other.problem; return;
    case 11: row.version += one_of(kExtremes, random_) % 1000; return;
    case 12: row.schedule = one_of(kTexts, random_); return;
    case 13: (random_.below(2) == 0 ? row.time_ns : row.disturbance) = one_of(kTimes, random_); return;
    case 14:
      row.threads = one_of(kExtremes, random_);
      row.rigor = one_of(kExtremes, random_);
      return;
    default: {
      std::string* const texts[] = {&row.device, &row.problem, &row.family, &row.schedule};
      std::string& text = *one_of(texts, random_);
      if (random_.below(3) == 0)
        text.append(static_cast<std::size_t>(random_.below(6000)), 'x');
      else if (!text.empty())
        one_of(text, random_) = static_cast<char>(random_.below(256));
    }
  }
}

std::vector<Row> AdversarialRows::next() {
  std::vector<Row> rows;
  for (const Known& known : known_) {
    Row row = some_row();
    row.problem = known.row.problem;
    row.family = known.row.family;
    row.version = known.row.version;
    row.schedule = one_of(known.space, random_).text();
    for (std::int64_t changes = random_.below(4); changes > 0; --changes) change(row);
    rows.push_back(std::move(row));
  }
  return rows;
}

int put_rows(const std::filesystem::path& database, std::span<const Row> rows) {
  tuner::Connection db(database, tuner::Connection::Access::existing);
  db.allow(100'000'000, tuner::Fault::costly);
  tuner::Changes changes(db);
  tuner::WriteTransaction transaction(db);
  int taken = 0;
  for (const Row& row : rows) {
    const tuner::ResetAtEnd reset(changes.put_row);
    tuner::bind_row(changes.put_row, row);
    try {
      changes.put_row.step();
      ++taken;
    } catch (const tuner::SqliteError&) {  // what is no number, or too long for SQLite
    }
  }
  transaction.commit();
  return taken;
}

}  // namespace rt3d::tests
