#include "tuner/journal.h"

#include <chrono>

#include "tuner/file_lock.h"

namespace rt3d::tuner {
namespace {

constexpr std::int64_t kMonth = std::int64_t{30} * 24 * 60 * 60;
constexpr int kDeathsToBan = 2;

// A clock that was set back leaves times of the future behind: they are as good as none.
bool counts(const JournalEntry& entry, std::int64_t now_s) {
  return entry.begun_s >= forgotten_before(now_s) && entry.begun_s <= now_s + kMonth;
}

int deaths(const JournalEntry& entry) { return entry.deaths + (owner_lives(entry.owner) ? 0 : 1); }

}  // namespace

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t forgotten_before(std::int64_t now_s) { return now_s - kMonth; }

JournalEntry entry_of(const Intent& intent, const std::optional<JournalEntry>& before, std::int64_t now_s) {
  return {.intent = intent,
          .owner = process_owner(),
          .deaths = before && counts(*before, now_s) ? deaths(*before) : 0,
          .begun_s = now_s};
}

bool quarantines(const JournalEntry& entry, std::int64_t now_s) {
  return counts(entry, now_s) && deaths(entry) >= kDeathsToBan;
}

}  // namespace rt3d::tuner
