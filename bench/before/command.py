"""The command: two build trees, models by turns, ratios with spread, their geometric mean, and a verdict."""

import math
import pathlib

from peers.agreement import objection
from peers.binding import Rt3d
from peers.command import library_and_header, say, title_of
from peers.isolated import in_own_process
from peers.models import find_model
from peers.options import ROOT, add_turns, finish_parsing
from peers.program import carried_out, keep, simple_parser, warn_when_busy
from peers.report import number, ratio_text, threads_text
from peers.summary import MOST_OF_A_CORE, spread
from sparsity.cases import CASES, VARIANTS
from sparsity.making import make_pruned

from .worker import AGAIN, KEYS, NEW, OLD, work

DESCRIPTION = """\
Runs two builds of RT3D on the same models and inputs, by turns in one process, each tuned for itself, and prints the
new one's speed over the old one's: by medians of turns with their spread, and by the fastest time of every step, added
up, which others on the machine disturb less; beside it that of the old one over itself, tuned once more."""
EXAMPLES = """\
examples:
  git worktree add ../before main~20 && cmake -S ../before --preset release && cmake --build ../before/build/release
  python3 bench/before ../before/build/release c3d r3d_18 r2plus1d_18 s3d x3d_m --threads 1,2
  python3 bench/before ../before/build/release c3d-3.6@kgs-8x4 my.onnx --accuracy both --json before.json

A MODEL is an ONNX file, a name of `rt3d make-model --list`, or CASE@VARIANT of bench/sparsity.
The exit status is 0 when outputs agree, the geometric mean of the ratios by steps is at least --mean and none of them is
below --least. With --tune off both builds run the same plan as long as their estimates are equal: what is left is the code."""


def parse(words=None):
    parser = simple_parser("before", DESCRIPTION, EXAMPLES)
    parser.add_argument("old", type=pathlib.Path, metavar="OLD", help="build tree or installation of the code before")
    parser.add_argument("models", nargs="+", metavar="MODEL", help="see below")
    add = parser.add_argument
    add_turns(add)
    add("--accuracy", choices=("exact", "default", "both"), default="both", help="(default: %(default)s)")
    add("--tune", choices=("off", "quick", "full"), default="quick", help="each build for itself (default: quick)")
    add("--build", type=pathlib.Path, default=ROOT / "build/release", metavar="FOLDER", help="the new build tree")
    add("--runs", type=int, default=24, metavar="N", help="in which every step is timed (default: %(default)s)")
    add("--mean", type=float, default=0.99, metavar="R", help="geometric mean to reach (default: 0.99)")
    add("--least", type=float, default=0.97, metavar="R", help="ratio that each case should reach (default: 0.97)")
    add("--json", type=pathlib.Path, metavar="FILE", help="everything that was measured, turn by turn")
    options = finish_parsing(parser, words)
    options.isa, options.db = None, "none"  # nothing is remembered: each session tunes for itself
    options.profile = True
    if options.runs < 1:
        parser.error("--runs: at least one")
    return options


def model_file(name, options):
    """The file of a path, an architecture, or a pruned case "c3d-3.6@kgs-8x4", which is made once and kept."""
    command = options.build / "bin/rt3d"
    case_name, at, variant_key = name.partition("@")
    case = next((case for case in CASES if at and case.name == case_name), None)
    variant = next((variant for variant in VARIANTS if variant.key == variant_key and variant.scheme), None)
    if not case or not variant:
        return find_model(name, command, options.models_dir)
    file = options.models_dir / f"{case.name}-{variant.key}.onnx"
    if not file.is_file():
        options.models_dir.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        make_pruned(command, case.model, variant.sparsity(case.rate, False), 1, unfinished)
        unfinished.rename(file)
    return file


def summarise(record):
    """Medians, the ratios new to old and old to itself, memory's ratio, and how many turns were disturbed."""
    steps = record["steps_ms"]
    rounds = record["rounds"]
    turn_list = [taken[key] for taken in rounds for key in KEYS]

    def ratio(mine, its):
        return spread([taken[its]["ms"] / taken[mine]["ms"] for taken in rounds])

    return {
        "ms": steps,
        "steps": steps[OLD] / steps[NEW],
        "steps_same": steps[OLD] / steps[AGAIN],
        "ratio": ratio(NEW, OLD),
        "same": ratio(AGAIN, OLD),
        "memory": record["memory"][NEW] / record["memory"][OLD],
        "peak": spread([taken["peak"] for taken in rounds])["median"],
        "disturbed": sum(turn["cores"] < MOST_OF_A_CORE for turn in turn_list),
        "turns": len(turn_list),
    }


def case_text(record):
    summary, ms = record["summary"], record["summary"]["ms"]
    text = f"{record['model']:<22}{record['accuracy']:<9}{record['threads']:>2}"
    text += f"{number(ms[OLD]):>8}{number(ms[NEW]):>8}{summary['steps']:>7.3f}{summary['steps_same']:>7.3f}"
    text += f"  {ratio_text(summary['ratio']):<21}{ratio_text(summary['same']):<21}"
    text += f"{summary['memory']:>7.3f}{summary['peak']:>6.0f}"
    if summary["disturbed"]:
        text += f"  {summary['disturbed']} of {summary['turns']} turns disturbed"
    complaint = objection(record["difference"])
    return text + (f"  FAILED: {complaint}" if complaint else "")


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def verdict(records, options):
    """The last lines, and whether the change may pass."""
    ratios = [record["summary"]["steps"] for record in records]
    same = [record["summary"]["steps_same"] for record in records]
    mean = geometric_mean(ratios)
    lowest = min(records, key=lambda record: record["summary"]["steps"])
    agree = all(not objection(record["difference"]) for record in records)
    passed = agree and mean >= options.mean and min(ratios) >= options.least
    text = (
        f"new over old, by steps: geometric mean {mean:.3f} (at least {options.mean:g}), lowest {min(ratios):.3f} "
        f"(at least {options.least:g}: {lowest['model']}, {lowest['accuracy']}, {threads_text(lowest['threads'])})\n"
        f"old over itself, by steps: geometric mean {geometric_mean(same):.3f}, {min(same):.3f} to {max(same):.3f}"
    )
    return passed, text


def measure(options):
    builds = {NEW: options.build, OLD: options.old, AGAIN: options.old}
    libraries = {key: library_and_header(build) for key, build in builds.items()}
    say(Rt3d(*libraries[NEW]).text("rt3d_device_text"))
    warn_when_busy()
    say(
        f"{'':<33}{'fastest steps':<30}  {'medians of turns':<42}\n"
        f"{'model':<22}{'accuracy':<9}{'thr':>2}{'old ms':>7}{'new ms':>8}{'ratio':>7}{'same':>7}"
        f"  {'new over old':<21}{'old over itself':<21}{'memory':>7}{'peak':>6}"
    )
    accuracies = ("default", "exact") if options.accuracy == "both" else (options.accuracy,)
    records = []
    for file in [model_file(name, options) for name in options.models]:
        for threads in options.threads:
            for accuracy in accuracies:
                case = {"libraries": libraries, "file": file, "threads": threads, "accuracy": accuracy}
                record = in_own_process(work, {**case, "options": options})
                record.update(model=title_of(file), threads=threads, accuracy=accuracy)
                record["summary"] = summarise(record)
                records.append(record)
                say(case_text(record))
                keep(records, options.json)
    return records


def main(words=None):
    options = parse(words)
    records = carried_out("before", lambda: measure(options))
    passed, text = verdict(records, options)
    say(text)
    return 0 if passed else 1
