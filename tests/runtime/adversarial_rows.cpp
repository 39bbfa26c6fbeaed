#include "runtime/adversarial_rows.h"

#include <climits>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

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

using Knobs = std::vector<std::pair<std::string, int>>;
using Values = std::map<std::string, std::vector<int>>;

std::string joined(const Knobs& knobs) {
  std::string text;
  for (const auto& [name, value] : knobs) text += cat(text.empty() ? "" : ",", name, "=", value);
  return text;
}

Knobs knobs_in(const Row& row) {
  try {
    return kernels::parse_schedule(row.schedule).knobs();
  } catch (const Error&) {  // an earlier change's
    return {};
  }
}

struct Change {
  Row& row;
  Row other;  // legal, of any problem and family
  Knobs knobs;
  Values& values;  // of all families
  Random& random;

  void set_knob(const std::function<int(const std::pair<std::string, int>&)>& value) {
    if (knobs.empty()) return;
    auto& knob = one_of(knobs, random);
    knob.second = value(knob);
    row.schedule = joined(knobs);
  }
};

// Each may be legal by itself.
void take_known_value(Change& c) {
  c.set_knob([&](const auto& knob) {
    std::vector<int>& known = c.values[knob.first];
    return known.empty() ? knob.second : one_of(known, c.random);
  });
}

void drop_knob(Change& c) {
  if (!c.knobs.empty()) c.knobs.erase(c.knobs.begin() + c.random.below(std::ssize(c.knobs)));
  c.row.schedule = joined(c.knobs);
}

void add_knob(Change& c) {
  c.knobs.insert(c.knobs.begin() + c.random.below(std::ssize(c.knobs) + 1),
                 {c.random.below(2) == 0 ? "unknown" : "rows", one_of(kExtremes, c.random)});
  c.row.schedule = joined(c.knobs);
}

void spoil_text(Change& c) {
  std::string* const texts[] = {&c.row.device, &c.row.problem, &c.row.family, &c.row.schedule};
  std::string& text = *one_of(texts, c.random);
  if (c.random.below(3) == 0)
    text.append(static_cast<std::size_t>(c.random.below(6000)), 'x');
  else if (!text.empty())
    one_of(text, c.random) = static_cast<char>(c.random.below(256));
}

void (*const kChanges[])(Change&) = {
    take_known_value,
    take_known_value,
    take_known_value,
    [](Change& c) { c.set_knob([&](const auto&) { return one_of(kExtremes, c.random); }); },
    [](Change& c) {
      const int by = c.random.below(2) == 0 ? 1 : -1;
      c.set_knob([&](const auto& knob) { return static_cast<int>(std::int64_t{knob.second} + by); });
    },
    drop_knob,
    add_knob,
    spoil_text,
    [](Change& c) { c.row.schedule = c.other.schedule; },
    [](Change& c) { c.row.family = c.other.family; },
    [](Change& c) { c.row.problem = c.other.problem; },
    [](Change& c) { c.row.version += one_of(kExtremes, c.random) % 1000; },
    [](Change& c) { c.row.schedule = one_of(kTexts, c.random); },
    [](Change& c) { c.row.time_ns = one_of(kTimes, c.random); },
    [](Change& c) { c.row.disturbance = one_of(kTimes, c.random); },
    [](Change& c) { c.row.threads = one_of(kExtremes, c.random); },
    [](Change& c) { c.row.rigor = one_of(kExtremes, c.random); },
};

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
  Change change{row, some_row(), knobs_in(row), values_, random_};
  kChanges[random_.below(std::size(kChanges))](change);
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
