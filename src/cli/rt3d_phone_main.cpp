// The program rt3d-phone of the phone kit: its table of commands, those of rt3d and rt3d-tune among them, so that one file is all
// that a phone needs.
#include <cstdlib>

#include "cli/commands/commands.h"
#include "cli/phone/commands.h"

namespace {

using rt3d::cli::Command;

constexpr Command kCommands[] = {
    {"measure", rt3d::cli::phone_measure_command, "Check, tune and measure this phone, into one JSON",
     "Examples:\n"
     "  rt3d-phone measure\n"
     "  rt3d-phone measure --quick\n"
     "  rt3d-phone measure --minutes 10\n"
     "Exit code 1: a result is wrong, or a step failed. The JSON is there all the same."},
    {"case", rt3d::cli::phone_case_command, "One step of measure: a model's outputs, and its times",
     "Examples:\n"
     "  rt3d-phone case c3d.onnx --reference reference/c3d --runs 20 --threads 4"},
    {"references", rt3d::cli::phone_references_command, "Write the outputs that are right, for measure",
     "Examples:\n"
     "  rt3d-phone references -o reference"},
    {"run", rt3d::cli::run_command, "rt3d run", ""},
    {"bench", rt3d::cli::bench_command, "rt3d bench", ""},
    {"info", rt3d::cli::info_command, "rt3d info", ""},
    {"plan", rt3d::cli::plan_command, "rt3d plan", ""},
    {"check", rt3d::cli::check_command, "rt3d check", ""},
    {"make-model", rt3d::cli::make_model_command, "rt3d make-model", ""},
    {"tune", rt3d::cli::tune_model, "rt3d-tune", ""},
    {"export", rt3d::cli::tune_export_command, "rt3d-tune export", ""},
    {"import", rt3d::cli::tune_import_command, "rt3d-tune import", ""},
};

}  // namespace

int main(int argc, char** argv) {
#ifdef RT3D_WITHOUT_OPENCL
  setenv("RT3D_OPENCL_LIBRARY", "/a statically linked program opens no OpenCL library", 1);
#endif
  const rt3d::cli::Program program = {"rt3d-phone",
                                      "Measures RT3D on a phone, from adb shell (docs/android.md)",
                                      "Examples:\n"
                                      "  rt3d-phone measure\n"
                                      "rt3d-phone COMMAND --help has more.",
                                      kCommands};
  return rt3d::cli::run_program(program, argc, argv);
}
