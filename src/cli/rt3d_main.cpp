// The program rt3d: its table of commands.
#include "cli/commands/commands.h"

namespace {

using rt3d::cli::Command;

constexpr Command kCommands[] = {
    {"run", rt3d::cli::run_command,
     "Run a model once on files, a video or random numbers, and show its outputs",
     "Examples:\n"
     "  rt3d run c3d.onnx\n"
     "  rt3d run model.onnx --video clip.mp4 --labels labels.txt --top 3\n"
     "  rt3d run model.onnx -i clip=x.npy -o outputs --threads 4 --tune off\n"
     "  rt3d run dynamic.onnx --shape x=1,3,16,112,112 --json"},
    {"bench", rt3d::cli::bench_command, "Time models, as a whole and per layer, or single layers",
     "Examples:\n"
     "  rt3d bench c3d.onnx --threads 2\n"
     "  rt3d bench c3d.onnx s3d.onnx --csv > layers.csv\n"
     "  rt3d bench layers.problems --threads 1\n"
     "  rt3d bench c3d.onnx --tune full --db tuned.db --runs 50 --json"},
    {"info", rt3d::cli::info_command, "Show a model's inputs, size, operators and memory",
     "Examples:\n"
     "  rt3d info c3d.onnx\n"
     "  rt3d info c3d.onnx --graph\n"
     "  rt3d info dynamic.onnx --shape x=1,3,16,112,112 --json"},
    {"plan", rt3d::cli::plan_command, "Show the steps a session runs, with families and schedules",
     "Examples:\n"
     "  rt3d plan c3d.onnx --threads 2\n"
     "  rt3d plan c3d.onnx --isa avx2 --json"},
    {"devices", rt3d::cli::devices_command,
     "List what --device may name on this machine, and what was measured of it",
     "Examples:\n"
     "  rt3d devices\n"
     "  rt3d devices --json\n"
     "  rt3d run c3d.onnx --device opencl:0"},
    {"check", rt3d::cli::check_command, "Compare a model's outputs on a device with the CPU's",
     "Examples:\n"
     "  rt3d check c3d.onnx --device opencl\n"
     "  rt3d check c3d.onnx s3d.onnx --device opencl --accuracy half --json\n"
     "  rt3d check model.onnx --video clip.mp4 --against reference\n"
     "Exit code 1: an output differs by more than the limit, or a model failed."},
    {"make-model", rt3d::cli::make_model_command,
     "Write a well-known architecture with seeded weights as ONNX",
     "Examples:\n"
     "  rt3d make-model --list\n"
     "  rt3d make-model c3d -o c3d.onnx\n"
     "  rt3d make-model r2plus1d_18 -o small.onnx --size 56 --width 0.25 --classes 10\n"
     "  rt3d make-model c3d -o pruned.onnx --sparsity kgs:8x4:3.6"},
};

}  // namespace

int main(int argc, char** argv) {
  const rt3d::cli::Program program = {"rt3d", "Runs 3D convolutional networks on this machine",
                                      "Examples:\n"
                                      "  rt3d make-model c3d -o c3d.onnx\n"
                                      "  rt3d run c3d.onnx\n"
                                      "  rt3d bench c3d.onnx --threads 2\n"
                                      "rt3d COMMAND --help has more.",
                                      kCommands};
  return rt3d::cli::run_program(program, argc, argv);
}
