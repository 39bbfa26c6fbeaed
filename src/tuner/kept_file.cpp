#include "tuner/kept_file.h"

#include <system_error>

#include "base/error.h"
#include "base/log.h"
#include "tuner/db_remedies.h"

namespace rt3d::tuner {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kPauseAfterBusy = std::chrono::seconds(2);
constexpr auto kPatience = std::chrono::seconds(5);  // of a call whose result is that rows are stored

}  // namespace

KeptFile::KeptFile(const fs::path& path, bool may_write) : path_(path), at_(path), may_write_(may_write) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  throw_if_no_memory(error);
  if (!path.empty() && !error) at_ = absolute;
}

bool KeptFile::open_for(Wish wish) {
  if (file_ != nullptr && !file_->in_place()) file_.reset();
  if (file_ != nullptr && (wish == Wish::read || file_->writable())) return true;
  if (file_ != nullptr) throw SqliteError(Fault::readonly, "it may not be written");
  const DbFile::Use use = !may_write_           ? DbFile::Use::read
                          : wish == Wish::write ? DbFile::Use::create
                                                : DbFile::Use::write;
  file_ = DbFile::open(at_, use);
  if (file_ != nullptr && wish == Wish::write && !file_->writable())
    throw SqliteError(Fault::readonly, "it may not be written");
  return file_ != nullptr;
}

KeptFile::Outcome KeptFile::with(Wish wish, const Use& use) {
  if (path_.empty()) return Outcome::no_file;
  if (given_up_ || Clock::now() < busy_until_) return Outcome::failed;
  if (wish == Wish::write && (!may_write_ || writing_given_up_)) return Outcome::failed;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bool replaced_before = replaced_;
    try {
      if (!open_for(wish)) return Outcome::no_file;
      use(*file_);
      note_damage();
      if (!writing_given_up_) trouble_.clear();
      return Outcome::done;
    } catch (const SqliteError& error) {
      handle(error);
    }
    const bool frozen = wish == Wish::read && writing_given_up_;
    if (given_up_ || (replaced_ == replaced_before && !frozen)) break;  // another file: a second attempt
  }
  return Outcome::failed;
}

void KeptFile::require(Wish wish, std::string_view attempt, const Use& use) {
  const std::string what = cat("cannot ", attempt, " the tuning database '", path_.string(), "': ");
  if (wish == Wish::write && !may_write_)
    fail(Code::io, what, "it was opened for reading only; open it for writing");
  struct Throwing {
    explicit Throwing(bool& on) : on_(on) { on_ = true; }
    ~Throwing() { on_ = false; }
    bool& on_;
  } const scope(throwing_);
  if (wish == Wish::write && file_ != nullptr && file_->writable())
    writing_given_up_ = false;  // there may be room by now
  const auto until = Clock::now() + kPatience;
  bool busy = false;
  do {
    busy_until_ = {};
    if (with(wish, use) != Outcome::failed) return;
    busy = busy_until_ != Clock::time_point{};  // set by this attempt
  } while (busy && Clock::now() < until);
  const RemedyRow& row = remedy_for(fault_);
  fail(row.code, what, cause_, "; ", row.advice);
}

bool KeptFile::open_frozen() {
  try {
    file_ = DbFile::open(at_, DbFile::Use::frozen);
  } catch (const SqliteError&) {
    file_.reset();
  }
  return file_ != nullptr;
}

// Once: a fresh file that fails like the one before it is left.
bool KeptFile::replace(std::string& did) {
  file_.reset();
  fs::path moved_to;
  bool sound = false;
  try {
    sound = may_write_ && !replaced_ && DbFile::move_aside(at_, moved_to);
  } catch (const SqliteError&) {  // it stays
  }
  replaced_ = true;
  if (sound)
    did = moved_to.empty() ? "another process replaced it"
                           : cat("moved to '", moved_to.string(), "'; a fresh one is started");
  return sound;
}

void KeptFile::handle(const SqliteError& error) {
  fault_ = error.fault();
  cause_ = printable_line(error.what());
  const RemedyRow& row = remedy_for(fault_);
  std::string did = cat(row.did, "; ", row.advice);
  bool sound = false;
  if (row.remedy == Remedy::later) busy_until_ = Clock::now() + kPauseAfterBusy;
  if (row.remedy == Remedy::read_on) writing_given_up_ = true;
  if (row.remedy == Remedy::read_on && file_ == nullptr) given_up_ = !open_frozen();
  if (row.remedy == Remedy::freeze) {
    given_up_ = writing_given_up_ || !open_frozen();
    writing_given_up_ = true;
  }
  if (row.remedy == Remedy::leave) given_up_ = true;
  if (row.remedy == Remedy::replace) {
    sound = replace(did);
    given_up_ = !sound;
  }
  if (given_up_) file_.reset();
  say(cat("tuning database '", path_.string(), "': ", cause_, "; ", did), sound);
}

void KeptFile::say(const std::string& what, bool replaced_it) {
  trouble_ = what;
  if (what == logged_ || (throwing_ && !replaced_it)) return;
  logged_ = what;
  log(LogLevel::warning, what);
}

void KeptFile::note_damage() {
  if (damage_logged_ || file_->damaged_rows() == 0) return;
  damage_logged_ = true;
  log(LogLevel::warning, "tuning database '", path_.string(), "': rows with a wrong checksum were ignored");
}

}  // namespace rt3d::tuner
