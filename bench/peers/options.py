"""The command line."""

import argparse
import pathlib

from .engines import PEER_KEYS

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ISAS = ("avx2", "avx512", "neon")
DESCRIPTION = """\
Runs RT3D and other runtimes on the same ONNX file, input and number of threads, by turns in one process;
checks that their outputs agree, and prints times, shares of this machine's peak, and ratios with spread."""
EXAMPLES = """\
examples:
  python3 bench/peers c3d                              one model, one thread, every engine that is installed
  python3 bench/peers c3d s3d my.onnx --threads 1,2 --accuracy both --plot speed.svg
  python3 bench/peers --engines rt3d,openvino resnet50 --tune full --db tuned.db
  python3 bench/peers all --threads 1,2 --json all.json          the whole list: a long time
  python3 bench/peers --from all.json --markdown docs/peers.md   report without measuring again"""


def parse(words=None):
    parser = new_parser("bench/peers", "docs/peers.md", DESCRIPTION, EXAMPLES)
    measuring = parser.add_argument_group("what is measured").add_argument
    names = "ONNX files, or names of `rt3d make-model --list`; all: each of these"
    measuring("models", nargs="*", metavar="MODEL", help=names)
    add_measuring(measuring)
    add_rt3d(parser.add_argument_group("RT3D").add_argument)
    add_reports(parser.add_argument_group("reports").add_argument, "docs/peers.md")
    options = finish_parsing(parser, words)
    if not options.models and not options.sources:
        parser.error("give models to measure, or --from FILE to report; --help has examples")
    return options


def new_parser(program, document, description, examples):
    """A parser of `python3 PROGRAM`, whose help ends with what all of these programs have in common."""
    ending = f"""

Peers are installed with: scripts/peers VENV_DIR; then VENV_DIR/bin/python {program} …
What is compared how, and how to read it: {document}
The exit status is 0 when every case was measured and RT3D's outputs agree."""
    return argparse.ArgumentParser(
        prog=f"python3 {program}",
        description=description,
        epilog=examples + ending,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def finish_parsing(parser, words):
    """The options, with a place for models."""
    options = parser.parse_args(words)
    options.models_dir = (options.models_dir or options.build / "peers").resolve()
    return options


def add_measuring(add):
    add_turns(add)
    known = f"rt3d,{','.join(PEER_KEYS)}"
    add("--engines", type=_engines, metavar="A,B", help=f"of {known} (default: all installed)")
    slow = "a peer that takes X times as long as the fastest has two turns only (default: 8)"
    add("--slow", type=_from(1, float), default=8, metavar="X", help=slow)


def add_turns(add):
    """What measuring by turns needs, whatever is measured."""
    add("--threads", type=_counts, default=[1], metavar="N,N", help="numbers of threads (default: 1)")
    add("--rounds", type=_from(1, int), default=7, metavar="N", help="turns of every engine (default: 7)")
    add("--seconds", type=_from(0, float), default=0.3, metavar="S", help="of a turn, about (default: 0.3)")
    add("--seed", type=int, default=1, metavar="N", help="of the inputs (default: 1)")
    kept = "where models, conversions and logs are kept (default: peers in --build)"
    add("--models-dir", type=pathlib.Path, metavar="FOLDER", help=kept)


def add_rt3d(add, accuracy="default"):
    accuracies, tunings = ("exact", "default", "both"), ("off", "quick", "full")
    add("--accuracy", choices=accuracies, default=accuracy, help="both: as two engines (default: %(default)s)")
    add("--tune", choices=tunings, default="quick", help="before anything is timed (default: quick)")
    add("--db", metavar="FILE", help="tuning database; none: nothing is kept (default: the user's)")
    add("--isa", choices=ISAS, help="instruction set of the generated code (default: the best)")
    tree = "build tree, or installation, with librt3d.so and rt3d (default: build/release)"
    add("--build", type=pathlib.Path, default=ROOT / "build/release", metavar="FOLDER", help=tree)


def add_reports(add, document):
    def file(flag, text):
        add(flag, type=pathlib.Path, metavar="FILE", help=text)

    file("--csv", "a line per model, number of threads and engine")
    file("--json", "everything that was measured, turn by turn")
    file("--markdown", f"a table; in a file with the marks that {document} has, only between them")
    file("--plot", "a bar chart, .png or .svg (needs matplotlib)")
    earlier = "reports from --json files; of a case that was measured twice the last counts"
    add("--from", dest="sources", nargs="+", default=[], type=pathlib.Path, metavar="JSON", help=earlier)


def _counts(text):
    try:
        counts = [int(part) for part in text.split(",")]
    except ValueError:
        counts = []
    if not counts or min(counts) < 1 or max(counts) > 1024:
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of thread counts such as 1,2")
    return list(dict.fromkeys(counts))


def _engines(text):
    known = ("rt3d", *PEER_KEYS)
    wanted = list(dict.fromkeys(text.split(",")))
    for key in wanted:
        if key not in known:
            raise argparse.ArgumentTypeError(f"there is no engine '{key}'; choose from {', '.join(known)}")
    return wanted


def _from(smallest, kind):
    """An argument's type: a number from `smallest` to a million."""

    def parsed(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not smallest <= value <= 1e6:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {smallest} on")
        return value

    return parsed


def as_command(options):
    """The command that measures the same, without what only names places."""
    words = ["python3 bench/peers", *(pathlib.Path(model).name for model in options.models)]
    return " ".join(words + measuring_words(options))


def measuring_words(options):
    """How it was measured, without what only names places."""
    words = ["--threads", ",".join(map(str, options.threads)), "--rounds", str(options.rounds)]
    words += ["--accuracy", options.accuracy, "--tune", options.tune]
    if options.isa:
        words += ["--isa", options.isa]
    if options.engines:
        words += ["--engines", ",".join(options.engines)]
    return words
