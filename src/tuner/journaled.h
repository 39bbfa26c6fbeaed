// A candidate in the database's journal while something is done that may end the process.
#pragma once

#include <string>
#include <utility>

#include "tuner/search.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

inline Intent intent_of(const TuneRequest& r, const Candidate& c) {
  return {.device = r.engine.target().device.fingerprint(),
          .problem = r.problem.text(),
          .family = std::string(c.family->id()),
          .version = c.family->version(),
          .schedule = c.schedule.text()};
}

// In the journal for as long as it lives.
class Journaled {
 public:
  Journaled(TuningDb& db, Intent intent) : db_(db), intent_(std::move(intent)) {
    db_.begin_candidate(intent_);
  }
  ~Journaled() { db_.end_candidate(std::move(intent_)); }
  Journaled(const Journaled&) = delete;
  Journaled& operator=(const Journaled&) = delete;

 private:
  TuningDb& db_;
  Intent intent_;
};

}  // namespace rt3d::tuner
