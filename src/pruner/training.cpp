#include "pruner/training.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace rt3d::pruner {
namespace {

constexpr double kPi = 3.14159265358979323846;

}  // namespace

void check(const TrainingOptions& o) {
  const auto within = [](const char* what, double value, double least, double most) {
    if (!(value >= least && value <= most))
      fail(Code::invalid_argument, what, " ", value, " is out of range: ", least, " to ", most);
  };
  within("steps", static_cast<double>(o.steps), 1, 1e9);
  within("warm-up steps", static_cast<double>(o.warm_up), 0, static_cast<double>(o.steps));
  within("learning rate", o.rate, 1e-9, 100);
  within("momentum", o.momentum, 0, 0.9999);
  within("weight decay", o.weight_decay, 0, 1);
  within("label smoothing", o.label_smoothing, 0, 0.99);
  within("the teacher's share", o.teacher_share, 0, 1);
  within("the limit of gradients", o.gradient_limit, 1e-9, 1e30);
  within("temperature", o.temperature, 0.01, 1000);
}

double rate_at(const TrainingOptions& o, std::int64_t step) {
  if (step < o.warm_up) return o.rate * static_cast<double>(step + 1) / static_cast<double>(o.warm_up);
  if (!o.cosine) return o.rate;
  const double share = static_cast<double>(step - o.warm_up) /
                       static_cast<double>(std::max<std::int64_t>(1, o.steps - o.warm_up));
  return o.rate * 0.5 * (1 + std::cos(kPi * std::min(share, 1.0)));
}

Training::Training(Network& network, const TrainingOptions& options, Network* teacher)
    : network_(network), options_(options), teacher_(teacher) {
  check(options_);
  if (network_.graph().outputs.size() != 1)
    fail(Code::invalid_argument, "the model has ", network_.graph().outputs.size(),
         " outputs: one, the scores of the classes, can be trained");
  for (const Parameter& parameter : network_.parameters()) {
    momenta_.push_back(at::zeros_like(parameter.values.detach()));
    if (options_.optimizer == Optimizer::adamw) squares_.push_back(at::zeros_like(parameter.values.detach()));
  }
}

void Training::mask(graph::ValueId weights, const at::Tensor& mask) {
  Parameter* parameter = network_.parameter(weights);
  if (parameter == nullptr) fail(Code::internal, "a mask is of no weights");
  const at::NoGradGuard without_gradients;
  const auto index = static_cast<std::size_t>(parameter - network_.parameters().data());
  masks_[index] = mask.to(at::kFloat).reshape(parameter->values.sizes()).clone();
  parameter->values.mul_(masks_[index]);
  momenta_[index].mul_(masks_[index]);
}

// Cross entropy with smoothed labels, and the divergence from the teacher's softened answer, times T² so that the gradients of both stay
// in proportion.
at::Tensor Training::loss(const at::Tensor& scores, const at::Tensor& labels,
                          const std::vector<at::Tensor>& inputs, StepLoss& parts) {
  const double smooth = options_.label_smoothing;
  const at::Tensor logs = at::log_softmax(scores, 1);
  const at::Tensor by_label = at::nll_loss(logs, labels) * (1 - smooth) - logs.mean() * smooth;
  parts.labels = by_label.item<double>();
  if (teacher_ == nullptr || options_.teacher_share == 0) return by_label;
  at::Tensor wanted;
  {
    const at::NoGradGuard without_gradients;
    wanted = at::softmax(teacher_->run(inputs, Mode::evaluation)[0] / options_.temperature, 1);
  }
  const at::Tensor soft = at::log_softmax(scores / options_.temperature, 1);
  const at::Tensor divergence = (wanted * (wanted.clamp_min(1e-12).log() - soft)).sum(1).mean() *
                                (options_.temperature * options_.temperature);
  parts.teacher = divergence.item<double>();
  return by_label * (1 - options_.teacher_share) + divergence * options_.teacher_share;
}

void Training::fail_of_rate(const char* what) const {
  fail(Code::internal, "the ", what, " after ", steps_done_, " steps: take a lower learning rate than ",
       options_.rate);
}

// A single batch of a network that was just cut may have a gradient that throws it out of all reach.
void Training::limit_gradients() {
  double square = 0;
  for (const Parameter& parameter : network_.parameters())
    if (const at::Tensor& gradient = parameter.values.grad(); gradient.defined())
      square += gradient.square().sum(at::kDouble).item<double>();
  const double norm = std::sqrt(square);
  if (!std::isfinite(norm)) fail_of_rate("gradients are no numbers");
  if (!(norm > options_.gradient_limit)) return;
  for (const Parameter& parameter : network_.parameters())
    if (const at::Tensor& gradient = parameter.values.grad(); gradient.defined())
      gradient.mul_(options_.gradient_limit / norm);
}

// Moves a parameter against its gradient.
void Training::descend(std::size_t i, double rate) {
  Parameter& parameter = network_.parameters()[i];
  const at::Tensor gradient = parameter.values.grad();
  const double decay = parameter.role == Role::weight ? options_.weight_decay : 0;
  if (options_.optimizer == Optimizer::sgd) {
    momenta_[i].mul_(options_.momentum).add_(decay > 0 ? gradient + parameter.values * decay : gradient);
    const at::Tensor& scale = parameter.step_scale;
    parameter.values.sub_(scale.defined() ? momenta_[i] * scale * rate : momenta_[i] * rate);
    return;
  }
  constexpr double kSquares = 0.999, kLeast = 1e-8;  // beta 2 and epsilon, as everywhere
  const auto steps = static_cast<double>(steps_done_ + 1);
  momenta_[i].mul_(options_.momentum).add_(gradient * (1 - options_.momentum));
  squares_[i].mul_(kSquares).add_(gradient * gradient * (1 - kSquares));
  // Both began as zeros, which these factors make up for.
  const at::Tensor mean = momenta_[i] / (1 - std::pow(options_.momentum, steps));
  const at::Tensor spread = (squares_[i] / (1 - std::pow(kSquares, steps))).sqrt();
  parameter.values.mul_(1 - rate * decay).sub_(mean / (spread + kLeast) * rate);
}

StepLoss Training::step(const std::vector<at::Tensor>& inputs, const std::vector<std::int64_t>& labels,
                        Penalty* penalty) {
  const at::Tensor scores = network_.run(inputs, Mode::training)[0];
  const auto clips = static_cast<std::int64_t>(labels.size());
  if (scores.dim() != 2 || scores.size(0) != clips)
    fail(Code::invalid_argument, "the model's output is no row of scores for each of ", clips, " clips");
  for (const std::int64_t label : labels)
    if (label < 0 || label >= scores.size(1))
      fail(Code::invalid_argument, "the label ", label, " is out of range: the model tells ", scores.size(1),
           " classes apart");
  const at::Tensor wanted = at::tensor(at::ArrayRef<std::int64_t>(labels), at::kLong).to(scores.device());
  StepLoss parts;
  parts.clips = clips;
  const at::Tensor total = loss(scores, wanted, inputs, parts);
  parts.total = total.item<double>();
  if (!std::isfinite(parts.total)) fail_of_rate("loss is no number");
  parts.right = (scores.detach().argmax(1) == wanted).sum().item<std::int64_t>();
  total.backward();

  const double rate = rate_at(options_, steps_done_);
  {
    const at::NoGradGuard without_gradients;
    limit_gradients();
    for (std::size_t i = 0; i < momenta_.size(); ++i) {
      const at::Tensor& gradient = network_.parameters()[i].values.grad();
      if (!gradient.defined()) continue;
      descend(i, rate);
      gradient.zero_();
    }
  }
  if (penalty != nullptr) {
    penalty->shrink(rate);
    parts.penalty = penalty->value();
    parts.total += parts.penalty;
  }
  const at::NoGradGuard without_gradients;
  for (const auto& [index, mask] : masks_) {
    network_.parameters()[index].values.mul_(mask);
    momenta_[index].mul_(mask);
    if (!squares_.empty()) squares_[index].mul_(mask);
  }
  ++steps_done_;
  return parts;
}

std::map<std::string, at::Tensor> Training::state() const {
  std::map<std::string, at::Tensor> state;
  for (std::size_t i = 0; i < momenta_.size(); ++i) {
    const Parameter& parameter = network_.parameters()[i];
    state["parameter " + parameter.name] = parameter.values.detach().clone();
    state["momentum " + parameter.name] = momenta_[i].clone();
    if (!squares_.empty()) state["square " + parameter.name] = squares_[i].clone();
    if (const auto mask = masks_.find(i); mask != masks_.end())
      state["mask " + parameter.name] = mask->second.clone();
  }
  state["steps"] = at::full({1}, steps_done_, at::kLong);
  return state;
}

void Training::set_state(const std::map<std::string, at::Tensor>& state) {
  const auto at = [&](const std::string& name, const at::Tensor& like) -> const at::Tensor& {
    const auto found = state.find(name);
    if (found == state.end() || found->second.sizes() != like.sizes())
      fail(Code::invalid_argument, "the checkpoint is of another model: it has no '", name,
           "' of that shape");
    return found->second;
  };
  const at::NoGradGuard without_gradients;
  masks_.clear();
  for (std::size_t i = 0; i < momenta_.size(); ++i) {
    Parameter& parameter = network_.parameters()[i];
    parameter.values.copy_(at("parameter " + parameter.name, parameter.values));
    momenta_[i].copy_(at("momentum " + parameter.name, momenta_[i]));
    if (!squares_.empty()) squares_[i].copy_(at("square " + parameter.name, squares_[i]));
    if (const auto mask = state.find("mask " + parameter.name); mask != state.end())
      masks_[i] = at("mask " + parameter.name, parameter.values).clone();
  }
  steps_done_ = at("steps", at::zeros({1}, at::kLong)).item<std::int64_t>();
}

}  // namespace rt3d::pruner
