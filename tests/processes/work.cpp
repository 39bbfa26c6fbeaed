#include "processes/work.h"

#include <cstdio>
#include <cstring>
#include <memory>

#include "base/device.h"
#include "base/error.h"
#include "processes/place.h"
#include "tuner/tuning_db.h"

namespace rt3d::processes {
namespace {

const Net& some_net(Work& w) {
  const std::int64_t at = w.random.below(std::ssize(w.nets));
  w.told.problems = 0;
  w.told.net = static_cast<int>(at);
  return w.nets[static_cast<std::size_t>(at)];
}

void run(Work& w, const Net& net, const Session& session, int times) {
  for (int i = 0; i < times; ++i, ++w.told.runs) require_right(net, session);
}

void require_stored(const rt3d_session_stats& stats) {
  require(stats.database_note[0] == '\0', cat("the database: ", stats.database_note));
  require(stats.rows_not_stored == 0, cat(stats.rows_not_stored, " rows are not stored"));
}

rt3d_session_options tuned(Work& w, rt3d_tuning tuning) {
  rt3d_session_options options = options_with(w.database, tuning);
  options.tune_again = w.random.below(2) == 0 ? 1 : 0;
  return options;
}

void serve(Work& w) {
  const Net& net = some_net(w);
  const Session session = make_session(net, options_with(w.database, RT3D_TUNE_OFF));
  run(w, net, session, 20);
  require_stored(stats_of(session));
}

void tune_first(Work& w) {
  const Net& net = some_net(w);
  const Session session = make_session(net, tuned(w, RT3D_TUNE_QUICK));
  require_stored(stats_of(session));
  w.told.problems = stats_of(session).problems;
  run(w, net, session, 3);
}

void watch(Work& w, const Session& session, int& plans) {
  const rt3d_tuning_state state = tuning_of(session);
  require(state.error == nullptr || state.error[0] == '\0', cat("tuning ended: ", state.error));
  w.told.problems = state.problems_tuned;
  w.told.plans += state.plans - plans;
  plans = state.plans;
}

// Another order of what is known of this device, so that a session that is tuned makes a newer plan of it.
void turn_rows(Work& w) {
  tuner::TuningDb db(w.database);
  const std::vector<tuner::Row> rows = db.rows(this_device().fingerprint());
  for (const tuner::Row& row : rows) {
    if (w.random.below(2) == 0) continue;
    tuner::Row turned = row;
    turned.time_ns *= w.random.uniform(0.7f, 3);
    db.store(turned, row);
  }
  require(db.trouble().empty() && db.rows_not_stored() == 0, db.trouble());
}

void tune_between(Work& w) {
  const Net& net = some_net(w);
  const Session session = make_session(net, options_with(w.database, RT3D_TUNE_LATER));
  int plans = 0;
  for (int i = 0; i < 200 && tuning_of(session).finished == 0; ++i) {
    if (i % 20 == 10) turn_rows(w);
    require_ok(rt3d_session_tune(session.get(), 5'000'000), "rt3d_session_tune");
    watch(w, session, plans);
    run(w, net, session, 1);
  }
}

void tune_beside(Work& w) {
  const Net& net = some_net(w);
  rt3d_session_options options = options_with(w.database, RT3D_TUNE_BACKGROUND);
  options.background_slice_ns = 1'000'000;
  const Session session = make_session(net, options);
  int plans = 0;
  for (int i = 0; i < 20000 && tuning_of(session).finished == 0; ++i) {
    if (i % 2000 == 1000) turn_rows(w);
    run(w, net, session, 1);
    watch(w, session, plans);
  }
}

void import_rows(Work& w) {
  using Db = std::unique_ptr<rt3d_db, decltype(&rt3d_db_free)>;
  rt3d_db* opened = nullptr;
  require_ok(rt3d_db_open(&opened, w.database.c_str(), 1), "rt3d_db_open");
  const Db db(opened, rt3d_db_free);
  for (int i = 0; i < 3; ++i) {
    const int batch = w.told.imported + 1;
    require_ok(rt3d_db_import(nullptr, db.get(), batch_text(w.writer, batch).c_str()), "rt3d_db_import");
    w.told.imported = batch;
  }
  const char* text = rt3d_db_export(db.get());
  require(text != nullptr, cat("rt3d_db_export: ", rt3d_last_error()));
  const std::vector<int> found = batches_in(tuner::parse_rows(text), w.writer);
  for (int batch = 1; batch <= w.told.imported; ++batch)
    require(std::ssize(found) > batch && found[static_cast<std::size_t>(batch)] == kBatchRows,
            cat("batch ", batch, " of writer ", w.writer, " is not whole"));
}

constexpr WorkRow kWorks[] = {
    {"serving", serve},
    {"tuning first", tune_first},
    {"tuning between runs", tune_between},
    {"tuning beside runs", tune_beside},
    {"importing", import_rows},
};

}  // namespace

std::span<const WorkRow> works() { return kWorks; }

void complain(Told& told, const std::string& what) {
  if (told.wrong[0] == '\0') std::snprintf(told.wrong, sizeof told.wrong, "%s", what.c_str());
}

void listen(Told& told) {
  rt3d_set_log(
      [](void* user, rt3d_log_level, const char* text) {
        // That a candidate is in quarantine is no fault: processes are killed here.
        if (std::strstr(text, "not tried again") == nullptr) complain(*static_cast<Told*>(user), text);
      },
      &told, RT3D_LOG_WARNING);
}

}  // namespace rt3d::processes
