"""What an app meets on a device that knows nothing yet: first answers, latency while a session tunes itself, speed afterwards."""

import argparse
import pathlib
import tempfile

from before.worker import AGAIN, NEW, OLD, work
from peers.command import library_and_header, say, title_of
from peers.isolated import in_own_process
from peers.models import find_model
from peers.options import ROOT, add_turns, finish_parsing
from peers.program import carried_out, keep, simple_parser, warn_when_busy
from peers.report import ratio_text, threads_text
from peers.summary import spread

from .runs import bench_background, first_answer, tune_fully

PARTS = ("answer", "latency", "speed")
DESCRIPTION = """\
Shows what --tune background costs and brings, each time from an empty tuning database:
  answer   load and first run, by turns with --tune off
  latency  P95 of runs while the session tunes itself, over that before, at --rate and one run behind the other
  speed    after the session has tuned itself to the end, over that after --tune full, by turns in one process"""
EXAMPLES = """\
examples:
  python3 bench/first_run x3d_s                         all parts, one thread: some ten minutes
  python3 bench/first_run c3d --parts answer --threads 1,2
  python3 bench/first_run x3d_s --parts latency --svg latency.svg
  python3 bench/first_run c3d x3d_s --parts speed --json speed.json

A MODEL is an ONNX file, or a name of `rt3d make-model --list`. The exit status is 0 when answers come within --most-answer,
the latency at --rate stays within --most-latency, speeds reach --least-speed, and outputs agree."""


def parse(words=None):
    parser = simple_parser("first_run", DESCRIPTION, EXAMPLES)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="see below")
    add = parser.add_argument
    add("--parts", type=_parts, default=PARTS, metavar="A,B", help=f"of {','.join(PARTS)} (default: all)")
    add_turns(add)
    add("--accuracy", choices=("exact", "default"), default="default", help="(default: %(default)s)")
    add("--rate", type=float, default=10, metavar="N", help="runs a second while it tunes (default: %(default)s)")
    add("--tune-seconds", type=float, default=60, metavar="S", help="that latency is followed (default: %(default)s)")
    add("--svg", type=pathlib.Path, metavar="FILE", help="latency over time at --rate, of one model")
    add("--build", type=pathlib.Path, default=ROOT / "build/release", metavar="FOLDER", help="the build tree")
    add("--runs", type=int, default=24, metavar="N", help="in which every step is timed (default: %(default)s)")
    add("--most-answer", type=float, default=1.15, metavar="R", help="(default: %(default)s)")
    add("--most-latency", type=float, default=1.10, metavar="R", help="(default: %(default)s)")
    add("--least-speed", type=float, default=0.97, metavar="R", help="(default: %(default)s)")
    add("--json", type=pathlib.Path, metavar="FILE", help="everything that was measured")
    options = finish_parsing(parser, words)
    options.isa, options.db, options.tune, options.profile = None, "none", "off", True
    if options.runs < 1:
        parser.error("--runs: at least one")
    if options.svg and len(options.models) > 1:
        parser.error("--svg: of one model; name one")
    return options


def _parts(text):
    parts = tuple(dict.fromkeys(text.split(",")))
    for part in parts:
        if part not in PARTS:
            raise argparse.ArgumentTypeError(f"there is no part '{part}'; choose from {', '.join(PARTS)}")
    return parts


def answer(file, threads, options):
    """Seconds from loading to the first output, of rounds by turns; the first round finds files that are not in memory."""
    words = [file, "--threads", threads, "--accuracy", options.accuracy]
    rounds = []
    for index in range(options.rounds + 1):
        taken = {}
        for mode in ("off", "background") if index % 2 == 0 else ("background", "off"):
            taken[mode] = first_answer(options.build, words, mode)
        rounds.append(taken)
    return {"rounds": rounds[1:], "ratio": spread([taken["background"] / taken["off"] for taken in rounds[1:]])}


def latency(file, threads, options):
    """P50 and P95 before, while and after, at the rate and at saturation."""
    words = [file, "--threads", threads, "--accuracy", options.accuracy, "--seconds", options.tune_seconds, "--runs", 100]
    result = {}
    for name, more in (("rate", ["--rate", options.rate]), ("saturation", [])):
        picture = ["--svg", options.svg] if options.svg and name == "rate" else []
        report = bench_background(options.build, [*words, "--db", "none", *more, *picture])
        before, tuning = report["latency"]["before"], report["latency"]["tuning"]
        result[name] = {
            "latency": report["latency"],
            "slices_share": report["slices_share"],
            "p95": tuning["p95_ns"] / before["p95_ns"],
            "mean": tuning["p50_ns"] / before["p50_ns"],
        }
    return result


def speed(file, threads, options):
    """The session's own tuning against --tune full, each with its database, and two of the latter against each other."""
    words = [file, "--threads", threads, "--accuracy", options.accuracy]
    libraries = {key: library_and_header(options.build) for key in (NEW, OLD, AGAIN)}
    with tempfile.TemporaryDirectory(prefix="rt3d-first-run-") as folder:
        databases = {key: str(pathlib.Path(folder) / f"{key}.db") for key in (NEW, OLD, AGAIN)}
        long = ["--share", 1, "--seconds", 3600, "--runs", 3, "--db", databases[NEW]]
        report = bench_background(options.build, [*words, *long, "--rate", 1])
        took = {NEW: report["tuning_ns"] * 1e-9}
        for key in (OLD, AGAIN):
            took[key] = tune_fully(options.build, [*words, "--db", databases[key]])
        case = {"libraries": libraries, "databases": databases, "file": file, "threads": threads}
        record = in_own_process(work, {**case, "accuracy": options.accuracy, "options": options})
    steps = record["steps_ms"]
    turns = [taken[OLD]["ms"] / taken[NEW]["ms"] for taken in record["rounds"]]
    return {
        "finished": report["finished"],
        "seconds": took,
        "steps": steps[OLD] / steps[NEW],
        "same": steps[OLD] / steps[AGAIN],
        "ratio": spread(turns),
        "difference": record["difference"],
    }


def answer_text(result):
    off = spread([taken["off"] for taken in result["rounds"]])["median"]
    return f"first answer   {off:.3f} s with --tune off; {ratio_text(result['ratio'])} x that with background"


def latency_text(result):
    lines = []
    for name, taken in result.items():
        p95 = {phase: taken["latency"][phase]["p95_ns"] * 1e-6 for phase in ("before", "tuning", "after")}
        lines.append(
            f"P95 at {name:<10} {p95['before']:.1f} ms before, {p95['tuning']:.1f} while it tunes itself "
            f"({taken['p95']:.2f} x, median {taken['mean']:.2f} x), {p95['after']:.1f} after; "
            f"measuring took {100 * taken['slices_share']:.0f} % of the time"
        )
    return "\n".join(lines)


def speed_text(result):
    seconds = result["seconds"]
    return (
        f"speed          {result['steps']:.3f} x that of --tune full by steps (two of these: {result['same']:.3f}), "
        f"{ratio_text(result['ratio'])} by turns; "
        f"{'' if result['finished'] else 'not '}finished, {seconds[NEW]:.0f} s, --tune full {seconds[OLD]:.0f} s"
    )


MEASURE = {"answer": answer, "latency": latency, "speed": speed}
TEXT = {"answer": answer_text, "latency": latency_text, "speed": speed_text}


def complaints(record, options):
    """What misses the limits, in words."""
    found = []
    if "answer" in record and record["answer"]["ratio"]["median"] > options.most_answer:
        found.append(f"the first answer takes more than {options.most_answer:g} x that of --tune off")
    if "latency" in record and record["latency"]["rate"]["p95"] > options.most_latency:
        found.append(f"P95 while it tunes itself is more than {options.most_latency:g} x that before")
    if "speed" in record:
        if not record["speed"]["finished"]:
            found.append("tuning in the background did not end")
        if record["speed"]["steps"] < options.least_speed:
            found.append(f"the speed afterwards is less than {options.least_speed:g} x that of --tune full")
        if record["speed"]["difference"] > 1e-3:
            found.append(f"outputs differ by {record['speed']['difference']:.1e} of their range")
    return found


def measure(options):
    """The records, and whether anything misses its limit."""
    warn_when_busy()
    records, failed = [], False
    for name in options.models:
        file = find_model(name, options.build / "bin/rt3d", options.models_dir)
        for threads in options.threads:
            say(f"{title_of(file)}, {threads_text(threads)}, accuracy {options.accuracy}")
            record = {"model": title_of(file), "threads": threads, "accuracy": options.accuracy}
            for part in options.parts:
                record[part] = MEASURE[part](file, threads, options)
                say(TEXT[part](record[part]))
            for text in complaints(record, options):
                failed = True
                say(f"FAILED: {text}")
            records.append(record)
            keep(records, options.json)
    return records, failed


def main(words=None):
    options = parse(words)
    _, failed = carried_out("first_run", lambda: measure(options))
    return 1 if failed else 0
