// The program rt3d-tune: tunes a model, or, with a command, studies groups of sparse weights or shows and moves
// what databases remember.
#include "cli/commands/commands.h"

namespace {

using rt3d::cli::Command;

constexpr Command kCommands[] = {
    {"group-size", rt3d::cli::tune_group_size_command,
     "Measure which group of weights to prune together on this machine",
     "Examples:\n"
     "  rt3d-tune group-size --quick\n"
     "  rt3d-tune group-size --threads 2 --svg groups.svg --csv groups.csv\n"
     "  rt3d-tune group-size --layer 3x3x3 --rates 2,3.6 --limit-seconds 60\n"
     "  rt3d-tune group-size --quick --device opencl"},
    {"check", rt3d::cli::tune_check_command,
     "Say what the database knows of a model, and what tuning would still bring",
     "Examples:\n"
     "  rt3d-tune check c3d.onnx\n"
     "  rt3d-tune check c3d.onnx --threads 1,4 --seeds seeds.tsv --db none --json"},
    {"list", rt3d::cli::tune_list_command, "Show the rows of a database",
     "Examples:\n"
     "  rt3d-tune list\n"
     "  rt3d-tune list --db tuned.db"},
    {"export", rt3d::cli::tune_export_command, "Write a database as text",
     "Examples:\n"
     "  rt3d-tune export --db tuned.db -o tuned.txt\n"
     "  rt3d-tune export --db phone.db --made-by 'rt3d-tune --all-models m --full' -o seeds.tsv"},
    {"import", rt3d::cli::tune_import_command, "Add rows from text; of two rows the better measured stays",
     "Examples:\n"
     "  rt3d-tune import tuned.txt --db tuned.db\n"
     "  ssh phone rt3d-tune export | rt3d-tune import -"},
    {"merge", rt3d::cli::tune_merge_command, "Add the rows of another database",
     "Examples:\n"
     "  rt3d-tune merge other.db --db tuned.db"},
    {"check-seeds", rt3d::cli::tune_check_seeds_command,
     "Check files of rows that are to be shipped, and say what they are good for here",
     "Examples:\n"
     "  rt3d-tune check-seeds tuning_db/seeds/*.tsv"},
    {"merge-seeds", rt3d::cli::tune_merge_seeds_command, "Merge files of rows, with where they come from",
     "Examples:\n"
     "  rt3d-tune merge-seeds phone1.tsv phone2.tsv -o Cortex-A76.tsv"},
};

}  // namespace

int main(int argc, char** argv) {
  const rt3d::cli::Program program = {
      "rt3d-tune", "Finds the fastest schedules for a model's layers and remembers them",
      "Examples:\n"
      "  rt3d-tune c3d.onnx --threads 2\n"
      "  rt3d-tune c3d.onnx --full --tune-ms 60000 --db tuned.db\n"
      "  rt3d-tune c3d.onnx --again\n"
      "  rt3d-tune --all-models models/ --full --threads 1,2,4 --db phone.db\n"
      "  rt3d-tune export --db tuned.db -o tuned.txt",
      kCommands, rt3d::cli::tune_model};
  return rt3d::cli::run_program(program, argc, argv);
}
