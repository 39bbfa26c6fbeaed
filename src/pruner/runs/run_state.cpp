// What a run keeps in a checkpoint, and takes up again.
#include "base/error.h"
#include "pruner/runs/run.h"
#include "pruner/tensors.h"

namespace rt3d::pruner {

Checkpoint Run::state() const {
  Checkpoint state;
  if (training_ != nullptr) {
    state = training_->state();
  } else {
    for (const Parameter& parameter : network_.parameters())
      state["parameter " + parameter.name] = parameter.values.detach().clone();
  }
  for (const auto& [layer, mask] : masks_) state["cut " + layers_[layer].name] = mask;
  if (!gone_.empty()) state["gone"] = bytes_of(std::vector<std::uint8_t>(gone_.begin(), gone_.end()));
  if (penalty_ != nullptr) {
    for (std::size_t i = 0; i < penalty_->factors().size(); ++i)
      state[cat("factors ", i)] = penalty_->factors()[i].clone();
    state["strength"] = at::full({1}, penalty_->strength(), at::kDouble);
  }
  state["position"] = bytes_of(std::vector{at_});
  state["epochs"] = bytes_of(history_.epochs);
  state["layers"] = bytes_of(history_.layers);
  state["cuts"] = bytes_of(history_.cut);
  state["accuracies"] =
      bytes_of(std::vector{history_.dense, history_.before_cut, history_.after_cut, history_.end});
  state["emptied"] = at::full({1}, history_.emptied, at::kDouble);
  return state;
}

void Run::set_state(const Checkpoint& state) {
  const auto at = [&](const std::string& name) -> const at::Tensor& {
    const auto found = state.find(name);
    if (found == state.end())
      fail(Code::invalid_argument, "the checkpoint is of another run: it has no '", name, "'");
    return found->second;
  };
  const std::vector<Position> position = rows_of<Position>(at("position"));
  const std::vector<dataset::Accuracy> accuracies = rows_of<dataset::Accuracy>(at("accuracies"));
  if (position.size() != 1 || accuracies.size() != 4 || position[0].stage < 0 ||
      position[0].stage > static_cast<std::int64_t>(stages_.size()))
    fail(Code::invalid_argument, "the checkpoint is of another run");
  masks_.clear();
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (const auto mask = state.find("cut " + layers_[i].name); mask != state.end()) masks_[i] = mask->second;
  if (const auto gone = state.find("gone"); gone != state.end() && cuts_filters(plan_)) {
    const auto filters = rows_of<std::uint8_t>(gone->second);
    lose({filters.begin(), filters.end()});
  }
  at_ = position[0];
  history_ = {.epochs = rows_of<EpochRow>(at("epochs")),
              .layers = rows_of<LayerRow>(at("layers")),
              .cut = rows_of<CutRow>(at("cuts")),
              .dense = accuracies[0],
              .before_cut = accuracies[1],
              .after_cut = accuracies[2],
              .end = accuracies[3],
              .emptied = at("emptied").item<double>()};
  enter();  // the penalty takes its scales from the weights that the stage began with: those of the file
  if (training_ != nullptr) {
    training_->set_state(state);
  } else {
    const at::NoGradGuard without_gradients;
    for (Parameter& parameter : network_.parameters()) {
      const at::Tensor& values = at("parameter " + parameter.name);
      if (values.sizes() != parameter.values.sizes())
        fail(Code::invalid_argument, "the checkpoint is of another model");
      parameter.values.copy_(values);
    }
  }
  if (penalty_ == nullptr) return;
  for (std::size_t i = 0; i < penalty_->factors().size(); ++i)
    penalty_->factors()[i] = at(cat("factors ", i)).clone();
  penalty_->set_strength(at("strength").item<double>());
}

}  // namespace rt3d::pruner
