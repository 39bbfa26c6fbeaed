#include "cli/prune/run_report.h"

#include <unistd.h>

#include <cstdio>

#include "cli/parts/csv.h"
#include "cli/parts/failure.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"
#include "cli/prune/accuracy_json.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;
using pruner::EpochRow;
using pruner::LayerRow;
using pruner::Stage;

constexpr std::int64_t kDrawEveryNs = 200'000'000;

std::string percents(double share) { return fixed(100 * share, 1) + " %"; }

const std::string& name_of(const pruner::Run& run, const LayerRow& row) {
  return run.layers()[run.pruned_layer(row.layer)].name;
}

}  // namespace

RunLines::RunLines(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

void RunLines::follow(const pruner::Run& run, const RunFolder& folder) {
  run_ = &run;
  folder_ = &folder;
  began_ns_ = now_ns();
  steps_before_ = run.steps_done();
}

void RunLines::line(const std::string& text) {
  if (folder_ != nullptr) folder_->log(text);
  if (!quiet_) std::fprintf(stderr, "%s%s\n", terminal_ ? "\r\x1b[K" : "", printable(text).c_str());
}

void RunLines::lines(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    line(text.substr(at, end - at));
    at = end + 1;
  }
}

void RunLines::warning(const std::string& text) {
  if (folder_ != nullptr) folder_->log("warning: " + text);
  warn(text);
}

std::string RunLines::time_left() const {
  const std::int64_t done = run_->steps_done() - steps_before_;
  if (done <= 0) return "";
  const double each = static_cast<double>(now_ns() - began_ns_) * 1e-9 / static_cast<double>(done);
  const std::int64_t left = run_->steps() - run_->steps_done();
  return left > 0 ? ", " + long_duration(each * static_cast<double>(left)) + " left" : "";
}

void RunLines::begins(Stage stage) {
  if (stage == Stage::dense) line("judging the dense model");
  if (stage == Stage::cut) line("cutting");
}

void RunLines::step(Stage stage, std::int64_t epoch, const pruner::StepLoss& loss) {
  if (quiet_ || !terminal_ || now_ns() - drawn_ns_ < kDrawEveryNs) return;
  drawn_ns_ = now_ns();
  std::fprintf(stderr, "\r\x1b[K%s %lld/%lld: step %lld of %lld, loss %.4f%s", pruner::name_of(stage),
               static_cast<long long>(epoch), static_cast<long long>(run_->epochs_of(stage)),
               static_cast<long long>(run_->steps_done()), static_cast<long long>(run_->steps()), loss.total,
               time_left().c_str());
  std::fflush(stderr);
}

void RunLines::epoch(const EpochRow& row) {
  std::string text = join(pruner::name_of(row.stage), " ", row.epoch, "/", run_->epochs_of(row.stage),
                          ": loss ", fixed(row.loss, 4), " (labels ", fixed(row.labels, 4));
  if (row.teacher > 0) text += ", teacher " + fixed(row.teacher, 4);
  if (row.penalty > 0) text += ", penalty " + fixed(row.penalty, 4);
  text += "), right " + percents(row.train.share()) + " of train, " + percents(row.test.share()) + " of test";
  if (row.stage == Stage::regularize)
    text += ", empty " + percents(row.zero_share) + " of the multiply-adds (wanted " +
            percents(row.wanted_zero_share) + "; strength " + fixed(row.strength, 4) + ")";
  line(text + time_left());
}

void RunLines::layers(const std::vector<LayerRow>& rows) {
  Table table("lrrrrrrr");
  table.add({"layer", "groups", "empty", "MACs", "left", "least", "median", "most"});
  table.rule();
  for (const LayerRow& row : rows)
    table.add({name_of(*run_, row), std::to_string(row.groups),
               percents(static_cast<double>(row.zero_groups) / static_cast<double>(row.groups)),
               millions(static_cast<std::int64_t>(row.macs)),
               millions(static_cast<std::int64_t>(row.kept_macs)), fixed(row.least, 3), fixed(row.median, 3),
               fixed(row.most, 3)});
  line(join("renewal ", rows[0].renewal,
            " of the penalty's weights; norms of groups that are not empty, relative to the layer's:"));
  lines(table.text());
}

std::string epochs_csv(const pruner::History& history) {
  std::string text =
      csv_line({"stage", "epoch", "steps", "loss", "labels", "teacher", "penalty", "train_right",
                "train_clips", "test_right", "test_videos", "rate", "strength", "zero_share"});
  for (const EpochRow& row : history.epochs)
    text += csv_line({pruner::name_of(row.stage), join(row.epoch), join(row.steps), join(row.loss),
                      join(row.labels), join(row.teacher), join(row.penalty), join(row.train.right),
                      join(row.train.total), join(row.test.right), join(row.test.total), join(row.rate),
                      join(row.strength), join(row.zero_share)});
  return text;
}

std::string layers_csv(const pruner::Run& run) {
  std::string text = csv_line({"renewal", "epoch", "layer", "groups", "zero_groups", "macs", "kept_macs",
                               "least_norm", "median_norm", "largest_norm"});
  for (const LayerRow& row : run.history().layers)
    text += csv_line({join(row.renewal), join(row.epoch), name_of(run, row), join(row.groups),
                      join(row.zero_groups), join(row.macs), join(row.kept_macs), join(row.least),
                      join(row.median), join(row.most)});
  return text;
}

json result_json(const pruner::Run& run, const std::vector<Judged>& judged, const std::string& protocol) {
  const pruner::History& history = run.history();
  json models = json::array(), layers = json::array();
  for (const Judged& model : judged)
    models.push_back({{"name", model.name},
                      {"accuracy", model.accuracy},
                      {"device", model.evaluation.device},
                      {"top1", accuracy_json(model.evaluation.top1)},
                      {"top5", accuracy_json(model.evaluation.top5)},
                      {"loss", model.evaluation.loss},
                      {"run_ns", model.evaluation.run_ns},
                      {"batch", model.evaluation.batch},
                      {"macs", model.macs},
                      {"nonzero_weights", model.weights},
                      {"file_bytes", model.file_bytes}});
  json result = {{"protocol", protocol}, {"trained", accuracy_json(history.end)}, {"models", models}};
  if (history.cut.empty()) return result;
  for (const pruner::CutRow& row : history.cut) {
    const pruner::PrunableLayer& layer = run.layers()[static_cast<std::size_t>(row.layer)];
    layers.push_back({{"name", layer.name},
                      {"weights", layer.shape.text()},
                      {"macs", row.macs},
                      {"kept_macs", row.kept_macs},
                      {"dense", layer.dense}});
  }
  result["dense"] = accuracy_json(history.dense);
  result["before_cut"] = accuracy_json(history.before_cut);
  result["after_cut"] = accuracy_json(history.after_cut);
  result["emptied_by_training"] = history.emptied;
  result["macs"] = history.macs();
  result["kept_macs"] = history.kept_macs();
  result["rate"] = history.rate();
  result["layers"] = layers;
  return result;
}

std::string result_text(const pruner::Run& run, const std::vector<Judged>& judged,
                        const std::string& protocol) {
  const pruner::History& history = run.history();
  std::string text;
  if (!history.cut.empty()) {
    Table layers("llrrrl");
    layers.add({"layer", "weights", "MACs", "kept", "share", ""});
    layers.rule();
    for (const pruner::CutRow& row : history.cut) {
      const pruner::PrunableLayer& layer = run.layers()[static_cast<std::size_t>(row.layer)];
      layers.add(
          {layer.name, layer.shape.text(), millions(row.macs), millions(row.kept_macs),
           row.macs > 0 ? percents(static_cast<double>(row.kept_macs) / static_cast<double>(row.macs)) : "",
           layer.dense.empty() ? "" : "dense: " + layer.dense});
    }
    layers.rule();
    layers.add({"all", "", millions(history.macs()), millions(history.kept_macs()),
                percents(1 / history.rate()), ""});
    text += layers.text();
    text += join("dense             ", history.dense.text(), "\nbefore the cut    ",
                 history.before_cut.text(), "\nafter the cut     ", history.after_cut.text(),
                 "\nafter retraining  ", history.end.text(), "\n");
  } else {
    text += join("trained           ", history.end.text(), "\n");
  }
  text += join("protocol          ", protocol, "\n");
  Table models("llrrrrrr");
  models.add({"model", "accuracy", "top-1", "top-5", "MACs", "weights", "file", "time"});
  models.rule();
  for (const Judged& model : judged)
    models.add({model.name, model.accuracy, percents(model.evaluation.top1.share()),
                percents(model.evaluation.top5.share()), millions(model.macs), millions(model.weights),
                bytes_text(model.file_bytes), duration(model.evaluation.run_ns)});
  return text + models.text();
}

}  // namespace rt3d::cli
