#include "cli/prune/training_run.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include "base/checksum.h"
#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/json_output.h"
#include "cli/parts/npz.h"
#include "cli/parts/output_file.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"
#include "cli/prune/commands.h"
#include "cli/prune/evaluation.h"
#include "cli/prune/graph_facts.h"
#include "cli/prune/run_folder.h"
#include "cli/prune/run_report.h"
#include "cli/prune/time_planned_run.h"
#include "graph/model.h"
#include "graph/transformed_weights.h"
#include "pruner/checkpoint.h"
#include "pruning/layers.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kDataSum = "data_checksum";

// Which videos there are and what they show: a run goes on with the same ones.
std::string sum_of(const dataset::Dataset& set) {
  std::uint64_t sum = checksum64("");
  for (const auto* samples : {&set.train, &set.test})
    for (const dataset::Sample& sample : *samples)
      sum = checksum64(join(sample.path.filename().string(), " ", sample.label, "\n"), sum);
  return std::to_string(sum);
}

pruner::ClipOrder order_of(const video::ClipLayout& layout) {
  pruner::ClipOrder order{};
  order[static_cast<std::size_t>(layout.channels)] = 1;
  order[static_cast<std::size_t>(layout.frames)] = 2;
  order[static_cast<std::size_t>(layout.height)] = 3;
  order[static_cast<std::size_t>(layout.width)] = 4;
  return order;
}

// All that a run works on, in the order in which it is needed.
class TrainingSession {
 public:
  TrainingSession(const TrainingRequest& request, const fs::path& model)
      : request_(request),
        graph_(graph::load_onnx(model)),
        data_(read_data(request.data, graph_inputs(graph_), metadata_of(graph_))) {
    data_.loader.batch = request.training.batch;
    data_.loader.threads = request.plan.threads;
    data_.loader.seed = request.training.seed;
    clips_.emplace(data_.set, data_.loader, order_of(*data_.layout));
  }

  const Data& data() const { return data_; }

  std::map<std::string, Shape> shapes() const {
    const TensorInfo input = graph_inputs(graph_)[0];
    std::vector<std::int64_t> shape = data_.input;
    shape[0] = std::max<std::int64_t>(input.dims[0], 1);
    return {{input.name, Shape(shape)}};
  }

  TimedPlan planned() const {
    return as_said([&] {
      pruner::Network network(graph_, shapes());
      return plan_by_time(request_, network, shapes(), clips_->examples(request_.plan.examples));
    });
  }

  std::unique_ptr<pruner::Run> make_run(const pruner::RunPlan& plan, pruner::Witness& witness) const {
    auto run =
        as_said([&] { return std::make_unique<pruner::Run>(graph_, shapes(), *clips_, plan, witness); });
    const graph::Graph& known = run->network().graph();
    const Shape& scores = known.value(known.outputs[0]).desc.shape;
    if (scores.rank() != 2) throw UsageError("the model's output is no row of scores, one for each class");
    require_classes(scores[1], data_.set);
    return run;
  }

  // Names of classes and what of a video the model sees, where its file does not say so.
  std::map<std::string, std::string> metadata(std::int64_t classes) const {
    std::map<std::string, std::string> all = request_.metadata;
    const ClipText& said = request_.data.clip;
    const std::pair<const char*, const std::string*> texts[] = {
        {"rt3d.frames", &said.frames},     {"rt3d.sampling", &said.sampling},
        {"rt3d.stride", &said.stride},     {"rt3d.short_side", &said.short_side},
        {"rt3d.crop", &said.crop},         {"rt3d.mean", &said.mean},
        {"rt3d.std", &said.std},           {"rt3d.scale", &said.scale},
        {"rt3d.channels", &said.channels}, {"rt3d.layout", &said.layout}};
    for (const auto& [key, text] : texts)
      if (!text->empty()) all[key] = *text;
    const std::vector<std::string>& names = data_.set.classes;
    if (!graph_.metadata.contains("rt3d.labels") && static_cast<std::int64_t>(names.size()) == classes)
      for (const std::string& name : names)
        all["rt3d.labels"] += (all["rt3d.labels"].empty() ? "" : "\n") + name;
    return all;
  }

 private:
  const TrainingRequest& request_;
  graph::Graph graph_;
  Data data_;
  std::optional<pruner::Clips> clips_;
};

// Keeps the state at every epoch's end, and whenever some time has passed.
class Keeper {
 public:
  Keeper(const RunFolder& folder, double seconds)
      : folder_(folder), every_ns_(static_cast<std::int64_t>(seconds * 1e9)), kept_ns_(now_ns()) {}

  void look(const pruner::Run& run) {
    const std::size_t epochs = run.history().epochs.size();
    if (epochs == epochs_ && now_ns() - kept_ns_ < every_ns_ && !interruption_requested()) return;
    keep(run);
    if (epochs != epochs_) write_tables(run);
    epochs_ = epochs;
  }
  void keep(const pruner::Run& run) {
    pruner::save_checkpoint(folder_.checkpoint(), run.state());
    kept_ns_ = now_ns();
  }

 private:
  void write_tables(const pruner::Run& run) const {
    write_text(folder_.file("epochs.csv"), epochs_csv(run.history()));
    if (!run.history().layers.empty()) write_text(folder_.file("layers.csv"), layers_csv(run));
  }

  const RunFolder& folder_;
  std::int64_t every_ns_, kept_ns_;
  std::size_t epochs_ = 0;
};

void train(pruner::Run& run, const RunFolder& folder, const TrainingRequest& request) {
  const StopsWhenAsked stops;
  Keeper keeper(folder, request.training.checkpoint_seconds);
  while (run.advance()) {
    keeper.look(run);
    if (!interruption_requested()) continue;
    explain_interruption(": go on with rt3d-prune --resume " + request.training.run);
    throw Interrupted();
  }
  keeper.keep(run);
}

std::map<std::string, ByteArray> masks_of(const pruner::Run& run) {
  std::map<std::string, ByteArray> arrays;
  for (const auto& [name, mask] : run.masks()) {
    const float* values = mask.data_ptr<float>();
    arrays[name] = {mask.sizes().vec(), std::vector<std::uint8_t>(values, values + mask.numel())};
  }
  return arrays;
}

// Of convolutions and linear layers, as they are in the file; in Winograd's domain where they are there, too.
std::int64_t nonzero_weights(const graph::Graph& model) {
  std::int64_t count = 0;
  std::set<std::string> counted;
  for (const std::string& name : graph::transformed_weights_names(model)) counted.insert(name);
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    const auto id = static_cast<graph::ValueId>(i);
    const Tensor* constant = model.constant(id);
    if (model.value(id).transformed) constant = &model.value(id).transformed->values;
    if (counted.contains(model.value(id).name)) continue;
    if (constant == nullptr || constant->dtype() != DType::f32 || constant->shape().rank() < 2) continue;
    const Tensor values = constant->aligned_copy();
    count += std::ranges::count_if(values.values<float>(), [](float value) { return value != 0; });
  }
  return count;
}

std::vector<Judged> judge(const pruner::Run& run, const TrainingSession& session, const RunFolder& folder,
                          const TrainingRequest& request) {
  const bool prunes = request.plan.method != pruner::Method::train;
  std::int64_t macs = run.history().macs();
  if (!prunes)
    for (const pruning::Layer& layer : pruning::layers_of(run.network().graph())) macs += layer.macs;
  struct Model {
    const char* name;
    std::string path;
    std::int64_t macs;
  };
  std::vector<Model> models;
  if (prunes) models.push_back({"dense", folder.model().string(), macs});
  models.push_back(
      {prunes ? "pruned" : "trained", request.output, prunes ? run.history().kept_macs() : macs});
  std::vector<Judged> all;
  for (const Model& model : models)
    for (const char* accuracy : {"default", "exact"}) {
      SessionOptions options = request.training.session;
      options.threads = request.plan.threads;
      options.quiet = request.quiet;
      options.accuracy = accuracy;
      const ModelHandle handle = load_model(model.path);
      std::error_code none;
      all.push_back({model.name, accuracy, evaluate_model(handle.get(), session.data(), options), model.macs,
                     nonzero_weights(graph::load_onnx(model.path)),
                     static_cast<std::int64_t>(fs::file_size(model.path, none))});
    }
  return all;
}

void finish(const pruner::Run& run, const TrainingSession& session, const RunFolder& folder,
            const TrainingRequest& request, RunLines& lines) {
  const graph::Graph& graph = run.network().graph();
  std::map<std::string, std::string> metadata = session.metadata(graph.value(graph.outputs[0]).desc.shape[1]);
  if (!run.history().cut.empty()) metadata[kPrunedRate] = fixed(run.history().rate(), 3);
  write_whole(request.output, [&](const fs::path& file) { run.write(folder.model(), metadata, file); });
  if (!run.masks().empty())
    write_whole(fs::path(request.output).replace_extension(".masks.npz"),
                [&](const fs::path& file) { write_npz(file, masks_of(run)); });
  lines.line("judging by RT3D's own runtime");
  const std::string protocol = session.data().loader.protocol.text();
  const std::vector<Judged> judged = judge(run, session, folder, request);
  const json result = result_json(run, judged, protocol);
  write_text(folder.file("result.json"), json_text(result));
  if (request.as_json) return print_json(result);
  std::printf("%s", result_text(run, judged, protocol).c_str());
}

}  // namespace

void begin_run(const TrainingRequest& request, json recipe) {
  check_output(request.output);
  const TrainingSession session(request, request.model);
  RunLines lines(request.quiet);
  pruner::RunPlan plan = request.plan;
  std::string table;
  if (request.time.is_time()) {
    const TimedPlan planned = session.planned();
    table = planned.table;
    enter(planned, plan, recipe);
  }
  const std::unique_ptr<pruner::Run> run = session.make_run(plan, lines);
  const RunFolder folder = RunFolder::create(request.training.run);
  graph::save_with_constants(request.model, {}, {}, folder.model());
  recipe[kDataSum] = sum_of(session.data().set);
  write_text(folder.recipe(), json_text(recipe));
  lines.follow(*run, folder);
  lines.line(data_text(session.data().set) + "; " + session.data().loader.protocol.text());
  if (!table.empty()) lines.lines(table);
  train(*run, folder, request);
  finish(*run, session, folder, request, lines);
}

void resume_run(const TrainingRequest& request, const json& recipe) {
  const RunFolder folder = RunFolder::open(request.training.run);
  check_output(request.output);
  const TrainingSession session(request, folder.model());
  if (recipe.value(kDataSum, "") != sum_of(session.data().set))
    throw Failure("the data set in " + request.data.data +
                  " has other videos or labels than when the run began: put them back, or begin a new run");
  RunLines lines(request.quiet);
  const std::unique_ptr<pruner::Run> run = session.make_run(request.plan, lines);
  if (fs::exists(folder.checkpoint())) run->set_state(pruner::load_checkpoint(folder.checkpoint()));
  lines.follow(*run, folder);
  lines.line(join("going on at step ", run->steps_done(), " of ", run->steps()));
  train(*run, folder, request);
  finish(*run, session, folder, request, lines);
}

}  // namespace rt3d::cli
