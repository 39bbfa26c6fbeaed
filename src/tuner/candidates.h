// What a search begins with: the candidates, what is known of them, and, before anything is measured, what measuring them would take.
#pragma once

#include <vector>

#include "tuner/search.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

// What the database knows of a problem; each of the three only where those before it are empty.
struct Known {
  std::vector<Row> rows;            // usable_rows()
  std::vector<Row> other_threads;   // rows_of_other_threads()
  std::vector<TimedSchedule> near;  // recall_near(); of quick tuning, which takes them in the search's place

  const std::vector<Row>& tried_first() const { return rows.empty() ? other_threads : rows; }
};
Known known_of(const TuneRequest& request, const TuningDb& db);

// Every schedule worth trying of every family but the quarantined ones, best estimate first.
Candidates candidates_of(const TuneRequest& request, const TuningDb& db);

// What tune() would measure of the problem, and about how long, if all estimates were right. Measures nothing.
struct Prospect {
  int candidates = 0;
  double ns = 0;
};
Prospect prospect_of(const TuneRequest& request, const TuningDb& db);

}  // namespace rt3d::tuner
