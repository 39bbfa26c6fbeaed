// Training of a network by gradients of batches, with what pruning needs of it: a penalty whose zeros are exact, masks that hold, a dense
// teacher. All of its state can be kept and taken up again, so that a training that was interrupted has the bits of one that was not.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "pruner/network.h"
#include "pruner/penalty.h"

namespace rt3d::pruner {

// Gradient descent with momentum, or Adam with weight decay of its own (Loshchilov and Hutter, 2019), whose steps do not depend on how
// large gradients are.
enum class Optimizer : std::uint8_t { sgd, adamw };

struct TrainingOptions {
  Optimizer optimizer = Optimizer::sgd;
  std::int64_t steps = 1;    // of all epochs together
  std::int64_t warm_up = 0;  // of these, with a rate that grows from nothing
  double rate = 5e-3;        // at its highest
  bool cosine = true;        // falls to nothing along a cosine; else stays
  double momentum = 0.9;     // Adam's first beta, too
  // Of the norm of all gradients of a step together: longer ones are shortened to it (clipping; Pascanu et al., 2013). More than what they
  // are in a training that goes well: 2 to 6 on demo/motion.onnx.
  double gradient_limit = 10;
  double weight_decay = 5e-4;  // of weights, not of biases and normalisations
  double label_smoothing = 0.1;
  // Distillation (Hinton et al., 2015): the share of the loss that the teacher's outputs have, at a temperature.
  double teacher_share = 0.5, temperature = 3;
};

// Throws invalid_argument for what is out of range.
void check(const TrainingOptions& options);

// The rate of one step, from 0.
double rate_at(const TrainingOptions& options, std::int64_t step);

struct StepLoss {
  double total = 0, labels = 0, teacher = 0, penalty = 0;
  std::int64_t right = 0, clips = 0;
};

class Training {
 public:
  // The network has one output, [clips, classes]. `teacher`, where there is one, sees the same clips; both live as long as the training.
  Training(Network& network, const TrainingOptions& options, Network* teacher = nullptr);

  // One step of gradient descent on these clips; `labels`: a class each. Then the penalty's proximal step, then the masks. Throws
  // invalid_argument where labels are out of range, internal when loss or gradients are no numbers (the rate is too high).
  StepLoss step(const std::vector<at::Tensor>& inputs, const std::vector<std::int64_t>& labels,
                Penalty* penalty = nullptr);

  // Where the mask is zero weights are zero from now on.
  void mask(graph::ValueId weights, const at::Tensor& mask);

  std::int64_t steps_done() const { return steps_done_; }
  const TrainingOptions& options() const { return options_; }

  // Parameters, momenta, masks and the number of steps, by name; set_state() of a training of the same network and options.
  std::map<std::string, at::Tensor> state() const;
  void set_state(const std::map<std::string, at::Tensor>& state);

 private:
  at::Tensor loss(const at::Tensor& scores, const at::Tensor& labels, const std::vector<at::Tensor>& inputs,
                  StepLoss& parts);

  Network& network_;
  TrainingOptions options_;
  Network* teacher_;
  [[noreturn]] void fail_of_rate(const char* what) const;
  void limit_gradients();
  void descend(std::size_t parameter, double rate);

  std::vector<at::Tensor> momenta_;          // by parameter
  std::vector<at::Tensor> squares_;          // by parameter: Adam's mean squares of gradients
  std::map<std::size_t, at::Tensor> masks_;  // by parameter
  std::int64_t steps_done_ = 0;
};

}  // namespace rt3d::pruner
