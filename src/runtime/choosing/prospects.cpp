#include "runtime/choosing/prospects.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/ref/ref.h"
#include "runtime/choosing/open_choice.h"
#include "tuner/candidates.h"

namespace rt3d::runtime {
namespace {

using tuner::TimedSchedule;

// What the best estimate took when the fastest row was found; only times of one session of measurements compare.
double first_choice_ns(const OpenChoice& open, const tuner::TuningDb& db) {
  const kernels::KernelFamily* promising = open.estimates.front().family;
  for (const tuner::Row& row :
       tuner::usable_rows(db, open.choice->problem, open.families, open.engine->target()))
    if (tuner::family_of(row, open.families) == promising) return row.default_ns;
  return 0;
}

void describe(LayerProspect& layer, const TimedSchedule& best, Source source) {
  layer.source = source;
  layer.family = best.family->id();
  layer.schedule = best.schedule.text();
  layer.time_ns = best.time_ns;
  layer.rigor = best.rigor;
  layer.device = best.device;
  layer.threads = best.threads;
  layer.row_problem = best.problem;
}

LayerProspect prospect_of(const OpenChoice& open, const tuner::TuningDb& db) {
  const kernels::Problem& problem = open.choice->problem;
  const kernels::Target& target = open.engine->target();
  LayerProspect layer;
  const std::vector<TimedSchedule> known = tuner::recall(db, problem, open.families, target);
  const std::vector<TimedSchedule> near =
      known.empty() ? tuner::recall_near(db, problem, open.families, target) : std::vector<TimedSchedule>();
  if (!known.empty())
    describe(layer, known.front(), Source::database);
  else if (!near.empty())
    describe(layer, near.front(), Source::near);
  else
    describe(layer, open.estimates.front(), Source::estimate);
  layer.estimated_ns = open.estimates.front().time_ns;
  layer.first_choice_ns = first_choice_ns(open, db);
  const tuner::Oracle nobody_asks = kernels::ref::sample;
  const auto left = [&](tuner::Mode mode) {
    if (!known.empty() && enough(open, known, mode)) return tuner::Prospect{};
    return tuner::prospect_of({.problem = problem,
                               .families = open.families,
                               .engine = *open.engine,
                               .mode = mode,
                               .oracle = nobody_asks},
                              db);
  };
  const tuner::Prospect quick = left(tuner::Mode::quick), full = left(tuner::Mode::full);
  layer.quick_candidates = quick.candidates;
  layer.quick_ns = quick.ns;
  layer.full_candidates = full.candidates;
  layer.full_ns = full.ns;
  return layer;
}

}  // namespace

std::vector<LayerProspect> prospects_of(std::vector<Choice>& choices, const Devices& devices,
                                        const tuner::TuningDb& db) {
  std::vector<LayerProspect> all;
  Force force(devices);
  for (Choice& choice : choices) {
    std::vector<Offer> offers = devices.supporting(choice.problem);
    if (offers.empty())
      fail(Code::unsupported, "no kernel of the device '", devices.names(), "' computes ", choice.text);
    const std::size_t before = all.size();
    if (settle_alone(choice, offers, force)) {
      const Alternative& only = choice.alternatives.front();
      LayerProspect layer;
      layer.source = only.source;
      layer.family = only.family->id();
      layer.schedule = only.schedule.text();
      all.push_back(std::move(layer));
    } else {
      for (const OpenChoice& open : open_choices(choice, offers)) all.push_back(prospect_of(open, db));
    }
    for (std::size_t i = before; i < all.size(); ++i) {
      all[i].problem = choice.text;
      all[i].uses = choice.uses;
    }
  }
  return all;
}

}  // namespace rt3d::runtime
