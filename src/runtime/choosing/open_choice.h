// Choices that are still to be made: what competes for a problem, and whether what the database knows of it is enough.
#pragma once

#include <optional>

#include "runtime/choosing/force.h"
#include "runtime/choosing/measuring.h"

namespace rt3d::runtime {

// Decides what has no competition; returns whether it did.
bool settle_alone(Choice& choice, std::vector<Offer>& offers, Force& force);

// What is to be chosen from, engine by engine in the order of the offers.
std::vector<OpenChoice> open_choices(Choice& choice, const std::vector<Offer>& offers);

// Whether what is remembered of the problem, fastest first, is enough: the family with the best estimate, which is measured first,
// is among it, with the rigor of the mode, and the fastest was not only surveyed. Rows of others alone come from a session that had
// fewer families: an older version, or one of exact results. One that had more may have surveyed all that this one has.
bool enough(const OpenChoice& open, const std::vector<tuner::TimedSchedule>& remembered, tuner::Mode mode);

}  // namespace rt3d::runtime
