"""The command line."""
import argparse
import pathlib

from .engines import PEER_KEYS

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = """\
examples:
  python3 bench/peers c3d                                   one model, one thread, every engine that is installed
  python3 bench/peers c3d s3d my.onnx --threads 1,2 --accuracy both --plot speed.svg
  python3 bench/peers --engines rt3d,openvino resnet50 --tune full --db tuned.db
  python3 bench/peers all --threads 1,2 --json all.json     the whole list: takes an hour
  python3 bench/peers --from all.json --markdown docs/peers.md

Peers are installed with: scripts/peers VENV_DIR; then VENV_DIR/bin/python bench/peers …
What is compared how: docs/peers.md"""


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


def _at_least(smallest, kind):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = smallest - 1
        if not smallest <= value <= 1e6:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {smallest} on")
        return value
    return parse


def parse(words=None):
    parser = argparse.ArgumentParser(
        prog="python3 bench/peers", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Runs RT3D and other runtimes on the same ONNX file, input and number of threads, by turns in one process; checks\n"
                    "that their outputs agree, and prints times, shares of this machine's peak and ratios, each with its spread.")
    add = parser.add_argument
    add("models", nargs="*", metavar="MODEL", help="ONNX files, or names that `rt3d make-model --list` knows; all: all of these")
    add("--threads", type=_counts, default=[1], metavar="N,N", help="numbers of threads (default: 1)")
    add("--rounds", type=_at_least(1, int), default=7, metavar="N", help="how often every engine has its turn (default: 7)")
    add("--seconds", type=_at_least(0, float), default=0.3, metavar="S", help="a turn takes at least this long (default: 0.3)")
    add("--engines", type=_engines, metavar="A,B", help=f"of rt3d,{','.join(PEER_KEYS)} (default: all that are installed)")
    add("--slow", type=_at_least(1, float), default=8, metavar="X",
        help="an engine that takes X times as long as the fastest has one turn only (default: 8)")
    add("--accuracy", choices=("exact", "default", "both"), default="default",
        help="RT3D's accuracy; both: measured as two engines (default: default)")
    add("--tune", choices=("off", "quick", "full"), default="quick", help="RT3D's tuning, before anything is timed (default: quick)")
    add("--db", metavar="FILE", help="RT3D's tuning database; none: nothing is kept (default: the user's)")
    add("--isa", metavar="NAME", help="instruction set of RT3D's code: avx2, avx512, neon (default: the best)")
    add("--seed", type=int, default=1, help="of the inputs (default: 1)")
    add("--csv", metavar="FILE", type=pathlib.Path, help="a line per model, number of threads and engine")
    add("--json", metavar="FILE", type=pathlib.Path, help="everything that was measured, turn by turn")
    add("--markdown", metavar="FILE", type=pathlib.Path, help="a table; of a file with the marks of docs/peers.md only what is between them")
    add("--plot", metavar="FILE", type=pathlib.Path, help="a bar chart, .png or .svg (needs matplotlib)")
    add("--from", dest="sources", nargs="+", default=[], metavar="JSON", type=pathlib.Path,
        help="report what --json kept; of cases measured twice the last counts")
    add("--build", type=pathlib.Path, default=ROOT / "build/release", metavar="FOLDER",
        help="the build tree, or installation, with librt3d.so and rt3d (default: build/release)")
    add("--models-dir", type=pathlib.Path, metavar="FOLDER", help="where models and their conversions are kept (default: BUILD/peers)")
    options = parser.parse_args(words)
    if not options.models and not options.sources:
        parser.error("give models to measure, or --from FILE to report; --help has examples")
    if options.isa and options.isa not in ("avx2", "avx512", "neon"):
        parser.error(f"there is no instruction set '{options.isa}': choose avx2, avx512 or neon")
    options.models_dir = (options.models_dir or options.build / "peers").resolve()
    return options


def as_command(options):
    """The command that measures the same, without what only names places."""
    words = ["python3 bench/peers", *(pathlib.Path(model).name for model in options.models)]
    words += ["--threads", ",".join(map(str, options.threads)), "--rounds", str(options.rounds), "--accuracy", options.accuracy,
              "--tune", options.tune]
    words += [word for key in ("isa",) if getattr(options, key) for word in (f"--{key}", getattr(options, key))]
    if options.engines:
        words += ["--engines", ",".join(options.engines)]
    return " ".join(words)
