#include "pruner/learned.h"

#include "graph/model.h"
#include "pruner/compared.h"
#include "pruner/video_set.h"

namespace rt3d::tests {

Learned::Learned() {
  const VideoSet files = make_video_set(scratch, "set", 12, 25);
  set_ = dataset::read_dataset({.root = files.videos, .split = files.train_list, .test_split = {}});
  options_.protocol = {.frames = 6, .short_side = 18, .crop = {16, 16}};
  options_.batch = 8;
  clips.emplace(set_, options_);
  dense = make_small_network(scratch, "network.onnx");
  pruner::RunPlan plan;
  plan.from_scratch = true;
  plan.train_epochs = 15;
  plan.learning_rate = 0.05;
  pruner::Witness witness;
  pruner::Run run(graph::load_onnx(dense), {}, *clips, plan, witness);
  while (run.advance()) {
  }
  CHECK(run.history().end.share() >= 0.95);
  run.write(dense, {}, dense);
}

pruner::RunPlan pruning_plan(pruner::Method method, const char* scheme, double rate) {
  pruner::RunPlan plan;
  plan.method = method;
  plan.groups = pruning::parse_group_spec(scheme);
  plan.rate = rate;
  plan.regularize_epochs = 14;
  plan.train_epochs = 3;
  plan.learning_rate = 0.02;
  plan.examples = 24;
  return plan;
}

}  // namespace rt3d::tests
