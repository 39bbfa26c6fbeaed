// The program rt3d-prune: prunes a model, or, with a command, shows what is pruned in one.
#include "cli/prune/commands.h"

namespace {

using rt3d::cli::Command;

constexpr Command kCommands[] = {
    {"train", rt3d::cli::prune_train_command, "Train an ONNX network with labelled videos",
     "Examples:\n"
     "  rt3d-prune train r2plus1d.onnx --data UCF-101/ --split ucfTrainTestlist/trainlist01.txt --run run/ "
     "-o "
     "trained.onnx\n"
     "  rt3d-prune train small.onnx --from-scratch --data clips/ --epochs 20 --lr 0.02 --run run/ -o "
     "trained.onnx"},
    {"evaluate", rt3d::cli::prune_evaluate_command, "Say how often a model is right on labelled videos",
     "Examples:\n"
     "  rt3d-prune evaluate pruned.onnx --data UCF-101/ --split ucfTrainTestlist/testlist01.txt\n"
     "  rt3d-prune evaluate pruned.onnx --data clips/ --protocol mmaction2 --json"},
    {"inspect", rt3d::cli::prune_inspect_command, "Show which groups of each layer's weights are zero",
     "Examples:\n"
     "  rt3d-prune inspect pruned.onnx\n"
     "  rt3d-prune inspect pruned.onnx --scheme vanilla:32x4 --json"},
    {"runs", rt3d::cli::prune_runs_command, "Compare finished runs: accuracy against time",
     "Examples:\n"
     "  rt3d-prune runs run/\n"
     "  rt3d-prune runs results/ --svg picture.svg --csv runs.csv"},
};

}  // namespace

int main(int argc, char** argv) {
  const rt3d::cli::Program program = {
      "rt3d-prune",
      "Prunes a trained model, from a few videos without labels, or with labelled ones while it trains: an "
      "ordinary ONNX file comes out",
      "Examples:\n"
      "  rt3d-prune c3d.onnx --calibrate clips/ --target 2.6x -o pruned.onnx\n"
      "  rt3d-prune c3d.onnx --calibrate clips/ --target 3x --scheme vanilla:32x4 --keep-dense conv2 -o "
      "pruned.onnx\n"
      "  rt3d-prune c3d.onnx --calibrate clips/ --target 40ms --threads 2 --scheme kgs:8x4,vanilla:32x4 -o "
      "pruned.onnx\n"
      "  rt3d-prune c3d.onnx --calibrate clips/ --target 2x-faster --scheme filter -o pruned.onnx\n"
      "  rt3d-prune c3d.onnx --data UCF-101/ --split ucfTrainTestlist/trainlist01.txt --method reweighted "
      "--target 3.6x --run run/ -o pruned.onnx\n"
      "  rt3d-prune --resume run/\n"
      "  rt3d-prune inspect pruned.onnx",
      kCommands, rt3d::cli::prune_model};
  return rt3d::cli::run_program(program, argc, argv);
}
