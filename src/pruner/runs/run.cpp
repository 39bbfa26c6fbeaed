#include "pruner/runs/run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "graph/model.h"
#include "pruner/batch_statistics.h"
#include "pruner/runs/initialize.h"
#include "pruner/runs/strength.h"
#include "pruner/transforms.h"
#include "pruning/pruning.h"

namespace rt3d::pruner {
namespace {

constexpr double kWarmUp = 0.05;       // of a stage's steps
constexpr std::int64_t kRenewals = 8;  // of the penalty's weights, at most
constexpr double kSeparated = 0.9;     // of what is cut: below, the penalty did not do what it is for
// Stages have epochs of their own, and so orders of the clips.
constexpr std::int64_t kEpochsApart = 1'000'000;

std::vector<Stage> stages_of(Method method) {
  if (method == Method::train) return {Stage::train};
  if (row_of(method).regularizes) return {Stage::dense, Stage::regularize, Stage::cut, Stage::retrain};
  return {Stage::dense, Stage::cut, Stage::retrain};
}

bool trains(Stage stage) { return stage != Stage::dense && stage != Stage::cut; }

// With weights in Winograd's domain where layers are to be pruned there.
graph::Graph transformed_where_planned(const graph::Graph& model, const std::map<std::string, Shape>& shapes,
                                       const RunPlan& plan) {
  const auto in_domain = [](const pruning::GroupSpec& spec) {
    return spec.scheme == pruning::GroupScheme::winograd;
  };
  if (plan.method == Method::train) return model;
  if (plan.layers.empty() && !in_domain(plan.groups)) return model;
  return with_transforms(model, shapes, plan.keep_dense, [&](const PrunableLayer& layer) {
    if (plan.layers.empty()) return true;
    return std::ranges::any_of(plan.layers, [&](const LayerPlan& said) {
      return in_domain(said.groups) && (said.name == layer.name || said.name == layer.weights_name);
    });
  });
}

double median_of(at::Tensor values) { return values.numel() > 0 ? values.median().item<double>() : 0; }

}  // namespace

Run::Run(const graph::Graph& model, const std::map<std::string, Shape>& shapes, const Clips& clips,
         const RunPlan& plan, Witness& witness)
    : clips_(clips),
      plan_(plan),
      witness_(witness),
      network_(transformed_where_planned(model, shapes, plan), shapes),
      stages_(stages_of(plan.method)),
      model_(model),
      shapes_(shapes) {
  check(plan);
  at::set_num_threads(plan.threads);
  if (plan_.method == Method::train) {
    if (plan_.from_scratch) initialize(network_, plan_.seed);
  } else {
    layers_ = prunable_layers(network_, plan_.keep_dense);
    cuts_filters(plan_) ? require_filters(network_, plan_) : find_pruned();
  }
  enter();
}

// Throws where the plan asks for what is not there.
void Run::find_pruned() {
  for (const PrunableLayer& layer : layers_) macs_ += static_cast<double>(layer.macs);
  if (plan_.layers.empty()) {
    double most = 0;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (!layers_[i].dense.empty()) continue;
      add_pruned(i, plan_.groups, 1 - pruning::kLeastKept);
      most += pruned_.back().most * static_cast<double>(layers_[i].macs);
    }
    wanted_ = 1 - 1 / plan_.rate;
    if (macs_ * wanted_ > most)
      fail(Code::invalid_argument, "a target of ", plan_.rate,
           " times fewer multiply-adds is out of reach: with all that may go the model is at ",
           macs_ / (macs_ - most), " times");
  }
  for (const LayerPlan& plan : plan_.layers) {
    const auto found = std::ranges::find_if(layers_, [&](const PrunableLayer& layer) {
      return plan.name == layer.name || plan.name == layer.weights_name;
    });
    if (found == layers_.end()) fail(Code::invalid_argument, "no layer is named '", plan.name, "'");
    if (!found->dense.empty())
      fail(Code::invalid_argument, "the layer '", plan.name, "' stays dense: ", found->dense);
    add_pruned(static_cast<std::size_t>(found - layers_.begin()), plan.groups, plan.share);
    wanted_ += plan.share * static_cast<double>(found->macs) / macs_;
  }
}

void Run::add_pruned(std::size_t layer, const pruning::GroupSpec& scheme, double most) {
  pruned_.push_back({layer, scheme, scheme.of_layer(layers_[layer].transformed), most});
}

const at::Tensor& Run::weights(const PrunedLayer& pruned) const {
  return network_.parameter(layers_[pruned.layer].weights)->values;
}

double Run::zero_share(const PrunedLayer& pruned) const {
  const at::Tensor values = weights(pruned).detach();
  const at::Tensor gone = group_norms(values, pruned.groups) == 0;
  return (group_sizes(values, pruned.groups) * gone).sum().item<double>() /
         static_cast<double>(values.numel());
}

std::int64_t Run::epochs_of(Stage stage) const {
  if (!trains(stage)) return 0;
  const std::int64_t said = stage == Stage::regularize ? plan_.regularize_epochs : plan_.train_epochs;
  return said > 0 ? said : default_epochs(clips_.batches());
}

std::int64_t Run::steps() const {
  std::int64_t epochs = 0;
  for (const Stage stage : stages_) epochs += epochs_of(stage);
  return epochs * clips_.batches();
}

std::int64_t Run::steps_done() const {
  std::int64_t epochs = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(at_.stage); ++i) epochs += epochs_of(stages_[i]);
  return (epochs + at_.epoch) * clips_.batches() + at_.batch;
}

// Makes what a stage trains with. All of its state comes from the network, or from set_state().
void Run::enter() {
  training_.reset();
  penalty_.reset();
  teacher_.reset();
  loader_.reset();
  if (static_cast<std::size_t>(at_.stage) == stages_.size() || !trains(stage())) return;
  const bool regularizes = stage() == Stage::regularize;
  TrainingOptions options{
      .optimizer = plan_.optimizer,
      .steps = std::max<std::int64_t>(1, steps_of(stage())),
      .rate = plan_.learning_rate,
      .cosine = !regularizes,  // or the penalty would press less and less
      .momentum = plan_.momentum,
      .weight_decay = regularizes ? 0 : plan_.weight_decay,  // the penalty takes its place
      .label_smoothing = plan_.label_smoothing,
      .teacher_share = plan_.teacher_share,
      .temperature = plan_.temperature};
  options.warm_up = regularizes ? 0 : static_cast<std::int64_t>(kWarmUp * static_cast<double>(options.steps));
  if (stage() == Stage::retrain && plan_.teacher_share > 0)
    teacher_ = std::make_unique<Network>(model_, shapes_);
  training_ = std::make_unique<Training>(network_, options, teacher_.get());
  for (const auto& [layer, mask] : masks_) training_->mask(layers_[layer].weights, mask);
  if (!regularizes) return;
  std::vector<PenalizedLayer> penalized;
  for (const PrunedLayer& pruned : pruned_)
    penalized.push_back({layers_[pruned.layer].weights, pruned.groups,
                         static_cast<double>(layers_[pruned.layer].macs), pruned.most});
  penalty_ = std::make_unique<Penalty>(network_, std::move(penalized), 0);
}

void Run::leave() {
  const std::int64_t left = at_.stage;
  at_ = Position{};
  at_.stage = left + 1;
  enter();
}

bool Run::advance() {
  if (static_cast<std::size_t>(at_.stage) == stages_.size()) return false;
  if (at_.epoch == 0 && at_.batch == 0) witness_.begins(stage());
  switch (stage()) {
    case Stage::dense:
      history_.dense = judged();
      leave();
      break;
    case Stage::cut:
      cut();
      leave();
      break;
    default: train();
  }
  return true;
}

void Run::train() {
  if (loader_ == nullptr) loader_ = clips_.epoch(at_.stage * kEpochsApart + at_.epoch, at_.batch);
  dataset::Batch batch;
  if (!loader_->next(batch)) return end_epoch();
  ++at_.batch;
  if (batch.clips == 0) return;
  if (plan_.method == Method::reweighted && penalty_ != nullptr) renew();
  if (penalty_ != nullptr && training_->steps_done() == 0) penalty_->set_strength(needed_strength());
  const StepLoss loss =
      training_->step({clips_.input(batch)}, {batch.labels.begin(), batch.labels.end()}, penalty_.get());
  count(loss);
  witness_.step(stage(), at_.epoch + 1, loss);
  if (penalty_ != nullptr) regulate();
}

void Run::count(const StepLoss& loss) {
  EpochRow& sums = at_.sums;
  const auto clips = static_cast<double>(loss.clips);
  ++sums.steps;
  sums.loss += loss.total * clips;
  sums.labels += loss.labels * clips;
  sums.teacher += loss.teacher * clips;
  sums.penalty += loss.penalty * clips;
  sums.train.right += loss.right;
  sums.train.total += loss.clips;
}

// The first renewal comes before the first step: trained weights tell already which groups matter.
void Run::renew() {
  const std::int64_t all = steps_of(stage());
  const std::int64_t between = std::max<std::int64_t>(1, all / kRenewals);
  if (training_->steps_done() % between != 0) return;
  penalty_->reweight();
  ++at_.renewals;
  const std::size_t first = history_.layers.size();
  for (std::size_t k = 0; k < pruned_.size(); ++k) {
    const at::Tensor& weights = this->weights(pruned_[k]);
    const at::Tensor norms = group_norms(weights, pruned_[k].groups);
    const at::Tensor alive =
        norms.masked_select(norms > 0) / (weights.detach() * weights.detach()).mean().sqrt().clamp_min(1e-30);
    LayerRow row{.renewal = at_.renewals, .epoch = at_.epoch + 1, .layer = static_cast<std::int64_t>(k)};
    row.groups = norms.numel();
    row.zero_groups = row.groups - alive.numel();
    row.macs = static_cast<double>(layers_[pruned_[k].layer].macs);
    row.kept_macs = row.macs * (1 - zero_share(pruned_[k]));
    row.median = median_of(alive);
    if (alive.numel() > 0) {
      row.least = alive.min().item<double>();
      row.most = alive.max().item<double>();
    }
    history_.layers.push_back(row);
  }
  witness_.layers({history_.layers.begin() + static_cast<std::ptrdiff_t>(first), history_.layers.end()});
}

double Run::empty_share() const {
  double empty = 0;
  for (const PrunedLayer& pruned : pruned_)
    empty += static_cast<double>(layers_[pruned.layer].macs) * std::min(zero_share(pruned), pruned.most);
  return empty / macs_;
}

double Run::needed_strength() const {
  const Aim aim = next_aim(wanted_share(), training_->steps_done(), steps_of(stage()));
  return penalty_->needed(aim.share * macs_) / (plan_.learning_rate * aim.steps);
}

void Run::regulate() {
  const std::int64_t all = steps_of(stage()), done = training_->steps_done();
  if (done % steps_between_looks(all) != 0) return;
  const double empty = empty_share();
  if (empty >= wanted_share()) return end_epoch();
  penalty_->set_strength(
      next_strength(penalty_->strength(), needed_strength(), wanted_share(), empty, done, all));
}

// The last one of a stage may end early, with all that is to be cut empty. After it running means are those of weights that have changed
// since, most of all in a short training: they are estimated anew (Wu and Johnson, Rethinking "Batch" in BatchNorm, 2021, section 3).
void Run::end_epoch() {
  EpochRow row = at_.sums;
  if (row.train.total == 0)
    fail(Code::io, "none of the videos to train with could be read; the first: ", loader_->why_skipped());
  const auto clips = static_cast<double>(row.train.total);
  for (double* sum : {&row.loss, &row.labels, &row.teacher, &row.penalty}) *sum /= clips;
  row.stage = stage();
  row.epoch = at_.epoch + 1;
  row.rate = rate_at(training_->options(), std::max<std::int64_t>(0, training_->steps_done() - 1));
  if (penalty_ != nullptr) {
    row.strength = penalty_->strength();
    row.zero_share = empty_share();
    row.wanted_zero_share = wanted_share();
  }
  const bool emptied = penalty_ != nullptr && row.zero_share >= row.wanted_zero_share;
  const bool last = emptied || row.epoch == epochs_of(stage());
  if (last) estimate_statistics(network_, clips_.examples(plan_.examples));
  row.test = judged();
  if (at_.epoch == 0 && loader_->skipped() > 0)
    witness_.warning(cat("videos to train with that could not be read: ", loader_->skipped(),
                         "; the first: ", loader_->why_skipped()));
  history_.epochs.push_back(row);
  history_.end = row.test;
  witness_.epoch(row);
  loader_.reset();
  at_.batch = 0;
  at_.sums = EpochRow{};
  ++at_.epoch;
  if (last) leave();
}

void Run::cut() {
  const std::vector<std::vector<at::Tensor>> examples = clips_.examples(plan_.examples);
  const bool regularized = !history_.epochs.empty();
  history_.before_cut = regularized ? history_.epochs.back().test : history_.dense;
  std::map<std::size_t, double> emptied;  // by layer: multiply-adds
  for (const PrunedLayer& pruned : pruned_)
    emptied[pruned.layer] = zero_share(pruned) * static_cast<double>(layers_[pruned.layer].macs);
  const OneShotReport report = cut_network(examples);
  double removed = 0, empty = 0;
  history_.cut.clear();
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerOutcome& outcome = report.layers[i];
    history_.cut.push_back({static_cast<std::int64_t>(i), outcome.macs, outcome.kept_macs});
    const auto gone = static_cast<double>(outcome.macs - outcome.kept_macs);
    removed += gone;
    empty += std::min(gone, emptied[i]);
  }
  history_.emptied = removed > 0 ? empty / removed : 0;
  if (regularized && history_.emptied < kSeparated)
    witness_.warning(cat("the penalty has not separated the groups: of what is cut it had emptied ",
                         std::lround(100 * history_.emptied),
                         " % only, and the rest takes accuracy with it; give more epochs to regularize "
                         "(--epochs), a higher rate (--lr) or a lower target"));
  history_.after_cut = judged();
  history_.end = history_.after_cut;
}

OneShotReport Run::cut_network(const std::vector<std::vector<at::Tensor>>& examples) {
  if (!cuts_filters(plan_)) {
    OneShotReport report = cut_groups(network_, plan_, pruned_, examples);
    for (const PrunedLayer& pruned : pruned_) keep_zero(pruned, report.layers[pruned.layer].removed);
    return report;
  }
  FilterCut cut = cut_filters(network_, plan_, examples);
  lose(std::move(cut.gone));
  return std::move(cut.report);
}

// Of the network as it is, dense.
void Run::lose(std::vector<bool> filters) {
  network_ = Network(with_constants(model_, without_filters(network_, plan_, filters)), shapes_);
  gone_ = std::move(filters);
}

void Run::keep_zero(const PrunedLayer& pruned, const std::vector<std::int64_t>& groups) {
  const pruning::GroupGrid grid(layers_[pruned.layer].shape, pruned.groups);
  std::vector<bool> kept(static_cast<std::size_t>(grid.count()), true);
  for (const std::int64_t group : groups) kept[static_cast<std::size_t>(group)] = false;
  const std::vector<std::uint8_t> mask = grid.mask(kept);
  at::Tensor values = at::empty({static_cast<std::int64_t>(mask.size())});
  std::ranges::copy(mask, values.data_ptr<float>());
  masks_[pruned.layer] = values.reshape(weights(pruned).sizes());
}

void Run::write(const std::filesystem::path& from, const std::map<std::string, std::string>& metadata,
                const std::filesystem::path& to) const {
  std::map<std::string, Tensor> constants = network_.weights();
  const std::vector<graph::TransformedConstant> transformed = network_.transformed();
  if (!gone_.empty()) {
    Network dense(model_, shapes_);
    constants.merge(without_filters(dense, plan_, gone_));  // adds the sizes in Reshapes
  }
  graph::save_with_constants(from, constants, metadata, to,
                             gone_.empty() ? graph::Shapes::stay : graph::Shapes::may_differ, &transformed);
}

std::map<std::string, at::Tensor> Run::masks() const {
  std::map<std::string, at::Tensor> named;
  for (const auto& [layer, mask] : masks_) named[network_.parameter(layers_[layer].weights)->name] = mask;
  return named;
}

}  // namespace rt3d::pruner
