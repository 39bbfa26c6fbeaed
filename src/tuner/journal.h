// What the journal of candidates concludes from deaths. One death is no proof: somebody may have ended the
// process for other reasons. Two within a month are taken for the candidate's fault, until the last is a
// month old.
#pragma once

#include <cstdint>
#include <optional>

#include "tuner/row.h"

namespace rt3d::tuner {

std::int64_t seconds_now();  // since 1970

// The entry for a candidate that this process begins now; `before`: the one that was there.
JournalEntry entry_of(const Intent& intent, const std::optional<JournalEntry>& before, std::int64_t now_s);

// Whether the candidate is not to be proposed.
bool quarantines(const JournalEntry& entry, std::int64_t now_s);

// Entries that began before this are forgotten.
std::int64_t forgotten_before(std::int64_t now_s);

}  // namespace rt3d::tuner
