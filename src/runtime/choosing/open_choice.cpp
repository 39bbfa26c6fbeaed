#include "runtime/choosing/open_choice.h"

#include <algorithm>
#include <utility>

#include "kernels/ref/ref.h"

namespace rt3d::runtime {
namespace {

// The only alternative: nobody's time is needed.
void settle(Choice& choice, const Offer& offer, kernels::Schedule schedule, Source source) {
  tuner::TimedSchedule found;
  found.family = offer.family;
  found.schedule = std::move(schedule);
  add_alternative(choice, found, source, *offer.engine);
}

}  // namespace

bool settle_alone(Choice& choice, std::vector<Offer>& offers, Force& force) {
  if (std::optional<kernels::Schedule> forced = force.narrow(offers, choice.problem)) {
    settle(choice, offers[0], *std::move(forced), Source::forced);
    return true;
  }
  if (offers.size() > 1) return false;
  const kernels::KernelFamily& family = *offers[0].family;
  std::vector<kernels::Schedule> space = family.space(choice.problem, offers[0].engine->target());
  if (space.size() > 1 && &family != &kernels::ref::family()) return false;
  settle(choice, offers[0], std::move(space.front()), Source::only_choice);
  return true;
}

std::vector<OpenChoice> open_choices(Choice& choice, const std::vector<Offer>& offers) {
  std::vector<OpenChoice> open;
  for (const Offer& offer : offers) {
    const auto same = [&](const OpenChoice& o) { return o.engine == offer.engine; };
    auto at = std::find_if(open.begin(), open.end(), same);
    if (at == open.end()) at = open.insert(open.end(), OpenChoice{&choice, offer.engine, {}, {}});
    at->families.push_back(offer.family);
  }
  for (OpenChoice& o : open) o.estimates = tuner::estimates(choice.problem, o.families, o.engine->target());
  return open;
}

bool enough(const OpenChoice& open, const std::vector<tuner::TimedSchedule>& remembered, tuner::Mode mode) {
  const int wanted = mode == tuner::Mode::full ? tuner::kFull : tuner::kSurveyed;
  const bool promising_known = std::ranges::any_of(remembered, [&](const tuner::TimedSchedule& found) {
    return found.family == open.estimates.front().family && found.rigor >= wanted;
  });
  return promising_known && remembered.front().rigor > tuner::kSurveyed;
}

}  // namespace rt3d::runtime
