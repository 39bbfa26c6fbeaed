// Measurer's steps: what a candidate goes through until it has a time, or is given up.
#include <algorithm>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "tuner/measure.h"
#include "tuner/turns.h"

namespace rt3d::tuner {
namespace {

constexpr double kWantedNs = 3e6;        // timed at least so long, in sum
constexpr double kQueuedWantedNs = 6e6;  // of an engine that queues runs
constexpr int kMaxRounds = 12;
constexpr double kHopelessCold = 20;     // times the incumbent: the first, cold run alone
constexpr double kStopped = 100;         // likewise: so long that the process was rather stopped meanwhile
constexpr double kHopelessTwice = 2;     // likewise: the first two runs, since one may have been interrupted
constexpr double kWorthGivingUp = 4e5;   // … and so long at least
constexpr int kBusyRuns = 4;             // … and so many more where the machine is busy
constexpr double kClearlySlower = 1.15;  // settled after two rounds, where the machine is quiet
constexpr int kMostRepeats = 4;  // rounds in which something disturbed, and rounds that are thrown away
constexpr double kAgrees =
    1.1;  // times its known time: the incumbent may be seen so much slower beside a new fastest
constexpr int kBelieved = 3;  // rounds that a new fastest takes

double wanted_ns(const kernels::Engine& engine) { return engine.queues() ? kQueuedWantedNs : kWantedNs; }

// The turn, however a slice ends.
struct GivesBack {
  explicit GivesBack(Turns* whose) : turns(whose) {}
  ~GivesBack() {
    if (turns != nullptr) turns->give_back();
  }
  GivesBack(const GivesBack&) = delete;
  GivesBack& operator=(const GivesBack&) = delete;

  Turns* turns;
};

}  // namespace

constinit const Measurer::Step Measurer::kMake{&Measurer::make, false};
constinit const Measurer::Step Measurer::kPack{&Measurer::pack, false};
constinit const Measurer::Step Measurer::kLay{&Measurer::lay, false};
constinit const Measurer::Step Measurer::kCheck{&Measurer::check, true};
constinit const Measurer::Step Measurer::kFirst{&Measurer::run_first, true};
constinit const Measurer::Step Measurer::kDoubt{&Measurer::doubt, true};
constinit const Measurer::Step Measurer::kAlone{&Measurer::time_alone, true};
constinit const Measurer::Step Measurer::kCompare{&Measurer::compare, true};

std::optional<Measurement> Measurer::measure(const Ask& ask, std::span<const std::size_t> ahead,
                                             std::chrono::steady_clock::time_point deadline,
                                             const std::function<bool()>& interrupted) {
  if (next_ == nullptr) begin(ask, ahead);
  job_->pairs.begin_slice();
  const GivesBack at_the_end(request_.turns);
  for (bool first = true; next_ != nullptr; first = false) {
    if (!first && ((interrupted && interrupted()) || pauses(deadline))) return std::nullopt;
    if (!has_threads()) return std::nullopt;
    (this->*next_->take)(*job_);
  }
  return job_->outcome;
}

bool Measurer::pauses(std::chrono::steady_clock::time_point deadline) const {
  if (request_.turns != nullptr && request_.turns->over()) return true;
  if (deadline == std::chrono::steady_clock::time_point::max()) return false;
  const double left = std::chrono::duration<double, std::nano>(deadline - now(request_)).count();
  return left <= 0 || takes_ns(*job_) > left;
}

// Whether the next step has what it runs on.
bool Measurer::has_threads() const {
  if (request_.turns == nullptr) return true;
  if (next_->runs) return request_.turns->take();
  request_.turns->give_back();
  return true;
}

// What the next step takes; 0 where nobody knows.
double Measurer::takes_ns(const Job& job) const {
  if (next_ == &kCheck) return candidates_[job.ask.candidate].estimate_ns;
  if (next_ == &kAlone) return job.mine->batch_takes_ns();
  if (next_ == &kCompare) return job.mine->batch_takes_ns() + job.its->batch_takes_ns();
  const double known = std::min({job.cold_ns, job.warm_ns, fastest_ns_[job.ask.candidate]});
  return next_->runs && known < kNever ? known : 0;
}

void Measurer::begin(const Ask& ask, std::span<const std::size_t> ahead) {
  Job& job = job_.emplace();
  job.ask = ask;
  job.ahead.assign(ahead.begin(), ahead.end());
  if (wrong_[ask.candidate]) return end(job, {.verdict = Verdict::wrong});
  next_ = &kMake;
  const auto made =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.candidate == ask.candidate; });
  if (made == kept_.end()) return;
  kept_.splice(kept_.begin(), kept_, made);
  job.trial = made->trial.get();
  begin_timing(job);
}

void Measurer::end(Job& job, Measurement outcome) {
  job.outcome = outcome;
  next_ = nullptr;
}

// What cannot be made, or computes something else, costs itself its chance, and nobody anything.
template <typename Part>
void Measurer::attempt(Job& job, const Part& part) {
  try {
    part();
  } catch (const Error& error) {
    discard(job, error.what(), Verdict::wrong);
  } catch (const std::bad_alloc&) {
    discard(job, "out of memory", Verdict::no_memory);
  }
}

void Measurer::discard(Job& job, const std::string& trouble, Verdict verdict) {
  const Candidate& c = candidates_[job.ask.candidate];
  log(LogLevel::error, "discarded ", c.family->id(), " ", c.schedule.text(), " for ", request_.problem.text(),
      ": ", trouble);
  job.making.reset();
  std::erase_if(kept_, [&](const Kept& k) { return k.candidate == job.ask.candidate; });
  wrong_[job.ask.candidate] = true;
  end(job, {.verdict = verdict});
}

void Measurer::make(Job& job) {
  attempt(job, [&] {
    make_room(static_cast<std::size_t>(candidates_[job.ask.candidate].packed_bytes));
    job.making = begun(job.ask, job.ahead);
    if (!await_code(*job.making)) return end(job, {.verdict = Verdict::cut_short});
    next_ = &kPack;
  });
}

void Measurer::pack(Job& job) {
  attempt(job, [&] {
    job.making->prepare();
    kept_.push_front({job.ask.candidate, std::move(job.making)});
    job.trial = kept_.front().trial.get();
    if (late()) return end(job, {.verdict = Verdict::cut_short});
    next_ = &kLay;
  });
}

void Measurer::lay(Job& job) {
  attempt(job, [&] {
    job.trial->begin_check();
    next_ = &kCheck;
  });
}

// One that is so slow at its first run that timing it would be a waste is not timed any further.
void Measurer::check(Job& job) {
  attempt(job, [&] {
    const std::string trouble = job.trial->check(job.cold_ns);
    if (!trouble.empty()) return discard(job, trouble, Verdict::wrong);
    // Of an engine that queues, the first run may be its driver's compiler's.
    const bool hopeless = have_incumbent_ && !busy() && !request_.engine.queues() &&
                          job.cold_ns > kHopelessCold * incumbent_ns_ && job.cold_ns > kWantedNs &&
                          job.cold_ns < kStopped * incumbent_ns_;
    if (hopeless) return end(job, seen_once(job.ask.candidate, job.cold_ns));
    begin_timing(job);
  });
}

void Measurer::begin_timing(Job& job) {
  if (have_incumbent_ && job.ask.candidate == incumbent_)  // every comparison has timed it again
    return end(job, {.verdict = Verdict::timed, .time_ns = incumbent_ns_});
  next_ = &kFirst;
  if (have_incumbent_) {
    const auto rival =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.candidate == incumbent_; });
    if (rival == kept_.end()) return end(job, {});
    job.rival = rival->trial.get();
  }
  if (late()) end(job, {});
}

void Measurer::run_first(Job& job) {
  const double first = job.trial->run();
  const bool cold_counts = job.cold_ns < first && (job.rival == nullptr || job.trial->possible(job.cold_ns));
  job.warm_ns = cold_counts ? job.cold_ns : first;
  warm_up(*job.trial, job.warm_ns);
  job.more = busy() ? kBusyRuns : 0;
  if (job.rival == nullptr || !looks_hopeless(job, incumbent_ns_)) return begin_rounds(job);
  next_ = &kDoubt;
}

bool Measurer::looks_hopeless(const Job& job, double than_ns) const {
  return job.warm_ns > kHopelessTwice * than_ns && job.warm_ns > kWorthGivingUp;
}

// Whether a few runs are enough to see that it will not win; the rival runs once more, lest the machine got slower meanwhile.
void Measurer::doubt(Job& job) {
  if (job.more == 0 || late()) {
    if (!looks_hopeless(job, job.rival->run())) return begin_rounds(job);
    return end(job, seen_once(job.ask.candidate, job.warm_ns));
  }
  --job.more;
  if (const double ns = job.trial->run(); job.trial->possible(ns)) job.warm_ns = std::min(job.warm_ns, ns);
  if (!looks_hopeless(job, incumbent_ns_)) begin_rounds(job);
}

// So slow that it is not timed any further.
Measurement Measurer::seen_once(std::size_t candidate, double ns) {
  fastest_ns_[candidate] = std::min(fastest_ns_[candidate], ns);
  return {.verdict = Verdict::timed, .time_ns = ns};
}

void Measurer::begin_rounds(Job& job) {
  const int runs = batch_runs(*job.trial, job.warm_ns);
  job.mine = Seen{job.ask.candidate, job.trial, runs, job.warm_ns};
  job.wanted = job.ask.rounds;
  next_ = &kAlone;
  if (job.rival != nullptr) {
    job.its = Seen{incumbent_, job.rival, runs, incumbent_now_ns_};
    if (busy()) job.wanted = std::max(job.wanted, kBelieved);
    next_ = &kCompare;
  }
  if (!wants_rounds(job)) end_rounds(job);
}

bool Measurer::wants_rounds(const Job& job) const {
  return job.rounds < kMaxRounds && (job.rounds < job.wanted || job.sum_ns < wanted_ns(request_.engine)) &&
         !late();
}

void Measurer::want_another(Job& job) const {
  job.wanted = std::min(job.wanted + 1, job.ask.rounds + kMostRepeats);
}

// A round that says nothing. Whether it was one too many.
bool Measurer::spoils(Job& job) const {
  if (++job.spoiled > kMostRepeats) return true;
  want_another(job);
  return false;
}

// The first candidate: in rounds of one batch.
void Measurer::time_alone(Job& job) {
  Seen& mine = *job.mine;
  const double ns = batch_ns(mine);
  ++job.rounds;
  bool enough = false;
  if (mine.trial->possible(ns)) {
    mine.take(ns);
    job.sum_ns += ns * mine.runs;
    if (mine.slow_now()) want_another(job);
  } else {
    enough = spoils(job);
  }
  if (enough || !wants_rounds(job)) end_rounds(job);
}

// In rounds of one batch each, by turns. A round that somebody else's turn interrupts never was.
void Measurer::compare(Job& job) {
  const double mine_ns = batch_ns(*job.mine);
  if (request_.turns != nullptr && request_.turns->over_at_once()) return;
  const double its_ns = batch_ns(*job.its);
  ++job.rounds;
  const bool possible = job.mine->trial->possible(mine_ns) && job.its->trial->possible(its_ns);
  const bool enough = possible ? settles(job, mine_ns, its_ns) : spoils(job);
  if (enough || !wants_rounds(job)) end_rounds(job);
}

// Takes a round's times. Whether they are enough: more are wanted where a batch was disturbed, where the candidate may be a new fastest, and
// above all where the rival looks slower than it is known to be.
bool Measurer::settles(Job& job, double mine_ns, double its_ns) {
  Seen &mine = *job.mine, &its = *job.its;
  const int most = job.ask.rounds + kMostRepeats, settled = busy() ? most : 2;
  mine.take(mine_ns);
  its.take(its_ns);
  job.pairs.take(mine_ns, its_ns);
  job.sum_ns += mine_ns * mine.runs;
  const double ratio = job.pairs.ratio();
  if (mine.slow_now() || its.slow_now()) want_another(job);
  if (ratio < 1) job.wanted = std::max(job.wanted, kBelieved);
  if (ratio < 1 && its.fastest_ns > kAgrees * incumbent_ns_) job.wanted = std::max(job.wanted, most);
  return job.rounds >= settled && ratio > kClearlySlower;
}

void Measurer::end_rounds(Job& job) {
  const Seen& mine = *job.mine;
  if (mine.batches_ns.empty())
    return end(job, {.verdict = job.spoiled > 0 ? Verdict::impossible : Verdict::cut_short});
  note(mine);
  if (job.its) note(*job.its);
  const double time_ns = job.its ? job.pairs.ratio() * incumbent_ns_ : mine.fastest_ns;
  const bool wins = !job.its || time_ns < incumbent_ns_;
  incumbent_now_ns_ = wins ? mine.fastest_ns : job.its->fastest_ns;
  if (wins) {
    incumbent_ = mine.candidate;
    incumbent_ns_ = time_ns;
    have_incumbent_ = true;
  }
  end(job, {.verdict = Verdict::timed, .time_ns = time_ns});
}

}  // namespace rt3d::tuner
