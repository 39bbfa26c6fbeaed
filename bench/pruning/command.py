"""The command: clips, dense networks, a run for each cell, tables and a picture. Each time it is started it goes on where it was."""

import argparse
import pathlib
import re
import sys

from . import report
from .cells import NETWORKS, ROOT, cells
from .runs import RunError, Runs
from .times import measure

DESCRIPTION = """\
Trains small networks on the motion clips of scripts/motion with rt3d-prune, prunes them by every method and scheme, and writes
tables: accuracy by method and scheme, and accuracy against measured time. It may be stopped and started again at any time."""
EXAMPLES = """\
examples:
  scripts/setup pruner && cmake --preset release && cmake --build --preset release   # and ffmpeg; Python with bench/requirements.txt
  python3 bench/pruning                              # all of it: about eight hours on two cores
  python3 bench/pruning c3d --seeds 1 --cells 12     # the first twelve runs of one network
  python3 bench/pruning --only-report --times        # measure the models of all finished runs anew, by turns
  python3 bench/pruning --results docs/pruning-results.json --report docs/pruning-results.md --plot docs/pruning.png --only-report"""


def parse(words=None):
    parser = argparse.ArgumentParser(prog="python3 bench/pruning", description=DESCRIPTION, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("networks", nargs="*", metavar="NETWORK", help=f"{', '.join(NETWORKS)} (default: all)")
    add("--out", type=pathlib.Path, default=ROOT / "build/pruning", metavar="DIR", help="clips, runs and models (default: build/pruning)")
    add("--build", type=pathlib.Path, default=ROOT / "build/release", metavar="DIR", help="the build tree with rt3d and rt3d-prune")
    add("--train", type=int, default=2400, metavar="N", help="clips to train with (default: %(default)s)")
    add("--test", type=int, default=600, metavar="N", help="clips to test with (default: %(default)s)")
    add("--epochs", type=int, default=40, metavar="N", help="of training a dense network (default: %(default)s)")
    add("--prune-epochs", default="12,4", metavar="REGULARIZE,RETRAIN",
        help="as rt3d-prune takes them; methods without a penalty take the second (default: %(default)s)")
    add("--seeds", type=int, metavar="N", help="at most so many seeds of a network")
    add("--cells", type=int, metavar="N", help="at most so many runs, the most telling first")
    add("--threads", type=int, default=2, metavar="N", help="(default: %(default)s)")
    add("--results", type=pathlib.Path, metavar="FILE",
        help="results of runs here and elsewhere: read, not run again, and added to (default: results.json in --out)")
    add("--times", action="store_true", help="at the end measure all models anew, by turns: on a machine that does nothing else")
    add("--only-report", action="store_true", help="run nothing: report what is there")
    add("--report", type=pathlib.Path, metavar="FILE", help="write the tables there too, between the marks 'tables' of a Markdown file")
    add("--plot", type=pathlib.Path, metavar="FILE", help="draw accuracy against time (needs matplotlib)")
    options = parser.parse_args(words)
    options.out = options.out.resolve()
    options.results = options.results or options.out / "results.json"
    if not re.fullmatch(r"[1-9]\d*,[1-9]\d*", options.prune_epochs):
        parser.error(f"--prune-epochs {options.prune_epochs}: two numbers with a comma between, such as 12,4")
    for name in options.networks:
        if name not in NETWORKS:
            parser.error(f"there is no network {name!r}; there are {', '.join(NETWORKS)}")
    for program in ("rt3d", "rt3d-prune"):
        if not options.only_report and not (options.build / "bin" / program).exists():
            parser.error(f"{options.build / 'bin' / program} is not there: scripts/setup pruner, then build")
    return options


def chosen(options):
    networks = [NETWORKS[name] for name in options.networks or NETWORKS]
    all_cells = cells(networks)
    if options.seeds is not None:
        firsts = {network.name: network.seeds[: options.seeds] for network in networks}
        all_cells = [cell for cell in all_cells if cell.seed in firsts[cell.network]]
    return all_cells[: options.cells]


def main(words=None):
    options = parse(words)
    todo = chosen(options)
    failures = []
    clips = options.out / "clips"
    try:
        if options.only_report:
            lists = [clips / "train.txt", clips / "test.txt"]
        else:
            from .motion import write_clips  # noqa: PLC0415  (needs numpy, which a report does not)

            lists = write_clips(clips, options.train, options.test, options.threads)
        runs = Runs(options, lists)
        if not options.only_report:
            for at, cell in enumerate(todo, start=1):
                print(f"run {at} of {len(todo)}: {cell.folder}", file=sys.stderr, flush=True)
                try:
                    runs.prune(cell)
                except RunError as error:  # a rate that a scheme cannot reach, mostly: the other runs go on
                    failures.append(f"pruning: {error}")
                    print(failures[-1], file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("pruning: interrupted; the same command goes on", file=sys.stderr)
        return 130
    if options.times:
        measure(runs, todo, options)
    results = {cell: result for cell in todo if (result := runs.result(cell))}
    if not results:
        print("pruning: there are no results yet", file=sys.stderr)
        return 1
    text = report.tables(results)
    print(text)
    if options.report:
        report.put(options.report, text)
    if options.plot:
        from .plot import plot  # noqa: PLC0415  (matplotlib is optional)

        plot(results, options.plot)
    return 1 if failures else 0
