// ProblemTuning: the loop between strategy, measurer and database.
#include <algorithm>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "tuner/candidates.h"
#include "tuner/journaled.h"
#include "tuner/measure.h"
#include "tuner/row.h"
#include "tuner/search.h"
#include "tuner/tuner.h"
#include "tuner/turns.h"

namespace rt3d::tuner {

// What ProblemTuning knows of the loop.
struct TuningLoop {
  virtual ~TuningLoop() = default;
  virtual bool until(std::chrono::steady_clock::time_point deadline) = 0;
  virtual TimedSchedule result(TimedSchedule fallback) = 0;
};

namespace {

constexpr double kWorthwhile = 0.97;  // of the default's time: what is not faster than this may be noise

// What was found of one family so far.
struct FamilyResult {
  const kernels::KernelFamily* family;
  const Candidate* best = nullptr;
  double best_ns = kNever;
  const Candidate* usual = nullptr;  // the default, once measured
  double usual_ns = 0;
  std::optional<Row> stored = {};  // the latest that went to the database

  bool default_stays() const { return usual != nullptr && !(best_ns < kWorthwhile * usual_ns); }
  const Candidate& chosen() const { return default_stays() ? *usual : *best; }
  double chosen_ns() const { return default_stays() ? usual_ns : best_ns; }
};

// A machine that is busier than this is just busy.
constexpr double kMostDisturbance = 8;

class Tuning final : public TuningLoop {
 public:
  Tuning(const TuneRequest& request, TuningDb& db, const Candidates& candidates)
      : request_(request),
        db_(db),
        candidates_(candidates),
        stored_(db.find(request.engine.target().device.fingerprint(), request.engine.target().threads,
                        request.problem.text())),
        known_(known_of(request, db)),
        measurer_(request, candidates),
        strategy_(make_informed(request.mode, candidates, known_.tried_first(), known_.near)) {}

  bool until(std::chrono::steady_clock::time_point deadline) override;
  TimedSchedule result(TimedSchedule fallback) override;

 private:
  struct Asked {
    Ask ask;
    std::vector<std::size_t> ahead;
    bool again = false;  // for its times could not be
  };
  // The candidate is in the journal, but for moments in which others are asked.
  struct Journaling {
    Journaling(Tuning& tuning, const Candidate& candidate) : entry(tuning.journaled_) {
      entry.emplace(tuning.db_, intent_of(tuning.request_, candidate));
    }
    ~Journaling() { entry.reset(); }
    Journaling(const Journaling&) = delete;
    Journaling& operator=(const Journaling&) = delete;
    std::optional<Journaled>& entry;
  };
  bool ask();
  std::optional<Measurement> measure(std::chrono::steady_clock::time_point deadline);
  Answer take(const Measurement& measured);
  void record(std::size_t index, double time_ns);
  void forget(std::size_t index);
  double scale_of(const Candidate& candidate, double time_ns) const;
  const Row* row_before(const FamilyResult& result) const;
  Row row_of(const FamilyResult& result, double scale) const;
  double disturbance(const Row* before) const;
  void commit(FamilyResult& result, double scale);
  int rigor(const FamilyResult& result) const;
  Answer asks_often();
  Answer report(int done, int total);
  const FamilyResult* fastest() const;

  const TuneRequest& request_;
  TuningDb& db_;
  const Candidates& candidates_;
  std::vector<Row> stored_;  // what the database had of the problem when this began
  Known known_;              // of that, what is of use; else what is near
  Measurer measurer_;
  std::map<std::size_t, Journaled> compiling_;  // by candidate: begun before they are asked for
  std::unique_ptr<Strategy> strategy_;
  std::optional<Asked> asked_;  // the candidate at hand
  int done_ = 0;                // candidates
  Answer answer_ = Answer::go_on;
  std::chrono::steady_clock::time_point reported_ = now(request_);
  std::optional<Journaled> journaled_;  // the candidate, while it is measured
  std::vector<std::pair<const kernels::KernelFamily*, kernels::Schedule>> wrong_;
  std::vector<FamilyResult> results_;
  std::vector<double> times_ns_ = std::vector<double>(candidates_.size(), kNever);  // the latest of each
};

// Whether there is a candidate at hand. What is compiled ahead is in the journal, too: compilers end processes as kernels do.
bool Tuning::ask() {
  if (asked_) return true;
  const std::optional<Ask> next = strategy_->ask();
  if (!next) return false;
  asked_ = {*next, strategy_->ahead()};
  compiling_.erase(next->candidate);
  for (const std::size_t ahead : measurer_.begun_with(*next, asked_->ahead))
    compiling_.try_emplace(ahead, db_, intent_of(request_, candidates_[ahead]));
  return true;
}

// Empty: it takes another call. A candidate is in the journal while it is measured, not in a pause, in which processes end for other
// reasons. A time that cannot be is measured once more.
std::optional<Measurement> Tuning::measure(std::chrono::steady_clock::time_point deadline) {
  const Candidate& candidate = candidates_[asked_->ask.candidate];
  const Journaling journaling(*this, candidate);
  const auto interrupted = [this] { return asks_often() != Answer::go_on; };
  std::optional<Measurement> m = measurer_.measure(asked_->ask, asked_->ahead, deadline, interrupted);
  if (m && m->verdict == Verdict::impossible && !std::exchange(asked_->again, true)) {
    asked_->ahead.clear();
    m = measurer_.measure(asked_->ask, {}, deadline, interrupted);
  }
  if (m && m->verdict == Verdict::impossible)
    log(LogLevel::warning, "given up: ", candidate.family->id(), " ", candidate.schedule.text(), " for ",
        request_.problem.text(), " was timed faster than this machine can compute; is its clock right?");
  return m;
}

Answer Tuning::take(const Measurement& measured) {
  const std::size_t candidate = asked_->ask.candidate;
  asked_.reset();
  if (measured.verdict == Verdict::wrong) forget(candidate);
  strategy_->tell(measured.verdict == Verdict::timed ? measured.time_ns : kNever);
  if (measured.verdict == Verdict::timed) record(candidate, measured.time_ns);
  return report(++done_, strategy_->total());
}

bool Tuning::until(std::chrono::steady_clock::time_point deadline) {
  while (now(request_) < request_.deadline) {
    if (now(request_) >= deadline || (request_.turns != nullptr && request_.turns->over())) return false;
    if (!ask()) break;
    const std::optional<Measurement> m = measure(deadline);
    if (!m && answer_ == Answer::go_on) return false;
    if (m && m->verdict == Verdict::cut_short) break;
    if (m) answer_ = take(*m);
    if (answer_ != Answer::go_on) break;
  }
  return true;
}

TimedSchedule Tuning::result(TimedSchedule fallback) {
  TimedSchedule choice = std::move(fallback);
  choice.stopped = answer_ == Answer::stop;
  choice.cancelled = answer_ == Answer::cancel;
  choice.wrong = wrong_;
  choice.measurements = static_cast<int>(
      std::count_if(times_ns_.begin(), times_ns_.end(), [](double t) { return t < kNever; }));
  std::stable_sort(results_.begin(), results_.end(), [](const FamilyResult& a, const FamilyResult& b) {
    return a.chosen_ns() < b.chosen_ns();
  });
  double scale = 1;
  for (FamilyResult& result : results_) {
    scale = std::max(scale, scale_of(result.chosen(), result.chosen_ns()));
    commit(result, scale);
    TimedSchedule& next = &result == results_.data() ? choice : choice.others.emplace_back();
    next.family = result.family;
    next.schedule = result.chosen().schedule;
    next.time_ns = result.chosen_ns() * scale;
    if (&next == &choice && times_ns_.front() < kNever) choice.estimated_ns = times_ns_.front() * scale;
  }
  return choice;
}

// A remembered schedule that proves wrong is not put back, and not used.
void Tuning::forget(std::size_t index) {
  const Candidate& candidate = candidates_[index];
  const std::string schedule = candidate.schedule.text();
  const auto forgotten = std::erase_if(known_.rows, [&](const Row& row) {
    return row.family == candidate.family->id() && row.schedule == schedule;
  });
  if (forgotten > 0) wrong_.emplace_back(candidate.family, candidate.schedule);
}

void Tuning::record(std::size_t index, double time_ns) {
  const Candidate& candidate = candidates_[index];
  times_ns_[index] = time_ns;
  log(LogLevel::debug, "tried ", candidate.family->id(), " ", candidate.schedule.text(), ": ", time_ns / 1e6,
      " ms, estimated ", candidate.estimate_ns / 1e6, " ms");
  auto result = std::find_if(results_.begin(), results_.end(),
                             [&](const FamilyResult& r) { return r.family == candidate.family; });
  if (result == results_.end()) result = results_.insert(results_.end(), {.family = candidate.family});
  if (candidate.family_default) {
    result->usual = &candidate;
    result->usual_ns = time_ns;
  }
  result->best_ns = kNever;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (candidates_[i].family != candidate.family || !(times_ns_[i] < result->best_ns)) continue;
    result->best = &candidates_[i];
    result->best_ns = times_ns_[i];
  }
  commit(*result, std::max(1.0, scale_of(result->chosen(), result->chosen_ns())));
}

// Times are relative to the first candidate's. Where the machine has become slower since, or the rival was disturbed in every round,
// a candidate was never seen as fast as that: then its time, and those of all that are slower, are given in the slower machine's.
double Tuning::scale_of(const Candidate& candidate, double time_ns) const {
  const auto index = static_cast<std::size_t>(&candidate - candidates_.data());
  return measurer_.fastest_ns(index) / time_ns;
}

const Row* Tuning::row_before(const FamilyResult& result) const {
  const auto row = std::find_if(known_.rows.begin(), known_.rows.end(),
                                [&](const Row& r) { return r.family == result.family->id(); });
  return row == known_.rows.end() ? nullptr : &*row;
}

Row Tuning::row_of(const FamilyResult& result, double scale) const {
  const Row* before = row_before(result);
  Row row{.device = request_.engine.target().device.fingerprint(),
          .threads = request_.engine.target().threads,
          .problem = request_.problem.text(),
          .family = std::string(result.family->id()),
          .version = result.family->version(),
          .schedule = result.chosen().schedule.text(),
          .time_ns = result.chosen_ns() * scale,
          .default_ns = result.usual_ns * scale,
          .rigor = rigor(result),
          .disturbance = disturbance(before)};
  if (before == nullptr) return row;
  const int searched = std::max(row.rigor, before->rigor);  // the row's schedule was measured with the others
  if (request_.renewal != Renewal::all && !replaces(row, *before)) row = *before;
  row.rigor = searched;
  return row;
}

double Tuning::disturbance(const Row* before) const {
  const double found = std::min(measurer_.disturbance(), kMostDisturbance);
  const bool measured_again =
      request_.renewal == Renewal::quieter && before != nullptr && before->disturbance > kQuiet;
  return measured_again ? std::min(found, before->disturbance / 2) : found;
}

void Tuning::commit(FamilyResult& result, double scale) {
  Row row = row_of(result, scale);
  if (result.stored == row) return;
  std::optional<Row> instead_of = result.stored;
  for (const Row& stored : stored_)
    if (!instead_of && stored.family == row.family) instead_of = stored;
  db_.store(row, instead_of);
  result.stored = std::move(row);
}

// A family of which one schedule of many was timed came along in a survey, no more; unless it is what a search at a near share found.
int Tuning::rigor(const FamilyResult& result) const {
  if (request_.mode == Mode::full) return kFull;
  for (const TimedSchedule& near : known_.near)
    if (near.family == result.family && near.schedule == result.chosen().schedule) return near.rigor;
  int candidates = 0, timed = 0;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (candidates_[i].family != result.family) continue;
    ++candidates;
    timed += times_ns_[i] < kNever ? 1 : 0;
  }
  return timed > 1 || candidates == 1 ? kQuick : kSurveyed;
}

// Between two steps of a candidate, too, whoever waits is asked from time to time: those of large layers take seconds on small cores. Not
// in slices beside runs, which are short: an answer that takes its time would keep a run waiting.
Answer Tuning::asks_often() {
  constexpr std::chrono::milliseconds kOften(50);
  if (!request_.progress || request_.turns != nullptr || now(request_) - reported_ < kOften) return answer_;
  journaled_.reset();
  answer_ = report(done_, std::max(done_ + 1, strategy_->total()));
  journaled_.emplace(db_, intent_of(request_, candidates_[asked_->ask.candidate]));
  return answer_;
}

Answer Tuning::report(int done, int total) {
  if (!request_.progress) return Answer::go_on;
  reported_ = now(request_);
  const FamilyResult* best = fastest();
  return request_.progress({.candidates_done = done,
                            .candidates_total = std::max(done, total),
                            .best_ns = best == nullptr ? 0 : best->chosen_ns()});
}

const FamilyResult* Tuning::fastest() const {
  const auto best = std::min_element(results_.begin(), results_.end(), [](const auto& a, const auto& b) {
    return a.chosen_ns() < b.chosen_ns();
  });
  return best == results_.end() ? nullptr : &*best;
}

}  // namespace

struct ProblemTuning::Impl {
  Impl(TuneRequest r, TuningDb& d)
      : request(std::move(r)),
        db(d),
        found(estimate(request.problem, request.families, request.engine.target())) {}

  bool until(std::chrono::steady_clock::time_point deadline) {
    if (ended || request.mode == Mode::off || now(request) >= request.deadline) return true;
    if (!tuning && request.turns != nullptr) request.turns->give_back();
    if (candidates.empty() && !list()) return true;
    if (!tuning && now(request) >= deadline) return false;
    if (!tuning) tuning = std::make_unique<Tuning>(request, db, candidates);
    return tuning->until(deadline);
  }

  // Whether there is something to choose from.
  bool list() {
    candidates = candidates_of(request, db);
    if (candidates.empty()) return false;
    found.family = candidates.front().family;
    found.schedule = candidates.front().schedule;
    found.time_ns = candidates.front().estimate_ns;
    return candidates.size() > 1;
  }

  // What goes wrong in measuring costs the problem its measurements, nobody the session.
  template <typename Part>
  void guarded(const Part& part) {
    try {
      return part();
    } catch (const Error& error) {
      log(LogLevel::warning, "could not measure ", request.problem.text(), ": ", error.what());
    } catch (const std::bad_alloc&) {
      log(LogLevel::warning, "could not measure ", request.problem.text(), ": out of memory");
    }
    ended = true;
    tuning.reset();
  }

  TuneRequest request;
  TuningDb& db;
  TimedSchedule found;  // without measuring
  Candidates candidates;
  std::unique_ptr<TuningLoop> tuning;
  bool ended = false;
};

ProblemTuning::ProblemTuning(TuneRequest request, TuningDb& db)
    : impl_(std::make_unique<Impl>(std::move(request), db)) {}
ProblemTuning::~ProblemTuning() = default;

bool ProblemTuning::until(std::chrono::steady_clock::time_point deadline) {
  impl_->guarded([&] { impl_->ended = impl_->until(deadline); });
  return impl_->ended;
}

TimedSchedule ProblemTuning::result() {
  TimedSchedule found = impl_->found;
  if (impl_->tuning) impl_->guarded([&] { found = impl_->tuning->result(impl_->found); });
  return found;
}

TimedSchedule tune(const TuneRequest& request, TuningDb& db) {
  ProblemTuning tuning(request, db);
  tuning.until(std::chrono::steady_clock::time_point::max());
  return tuning.result();
}

}  // namespace rt3d::tuner
