"""The command: models by turns, tuned here, by seeds, by seeds of a machine of another name, and by estimates; and a verdict."""

import os
import pathlib

from peers.command import library_and_header, say, title_of
from peers.isolated import in_own_process
from peers.models import find_model
from peers.options import ROOT, add_turns, finish_parsing
from peers.program import carried_out, keep, simple_parser, warn_when_busy
from peers.report import ratio_text, threads_text
from peers.summary import MOST_OF_A_CORE, spread

from .worker import KEYS, RENAMED, SEEDED, TUNED, work

DESCRIPTION = """\
What seeds are worth (docs/first-run.md): tunes a model here, and gives what was found as seeds to sessions with an empty database: as rows of this
very device, and as rows of one that differs in its name alone. Their runs take turns with those of the tuned session and of estimates."""
EXAMPLES = """\
examples:
  python3 bench/seeds c3d x3d_s --threads 2
  python3 bench/seeds x3d_s --tune quick --json seeds.json

The exit status is 0 when seeds of this device leave nothing to measure, those of the other at most --share of the tuned session's
measurements, and both are at least --least times as fast as that."""


def parse(words=None):
    parser = simple_parser("seeds", DESCRIPTION, EXAMPLES)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="an ONNX file, or a name of `rt3d make-model --list`")
    add = parser.add_argument
    add_turns(add)
    add("--tune", choices=("quick", "full"), default="full", help="how the seeds are found (default: %(default)s)")
    add("--limit", type=int, default=0, metavar="S", help="seconds of that, at most (default: none)")
    add("--share", type=float, default=0.1, metavar="R", help="(default: %(default)s)")
    add("--least", type=float, default=0.97, metavar="R", help="(default: %(default)s)")
    add("--build", type=pathlib.Path, default=ROOT / "build/release", metavar="FOLDER", help="the build tree")
    add("--json", type=pathlib.Path, metavar="FILE", help="everything that was measured, turn by turn")
    return finish_parsing(parser, words)


def summarise(record):
    """Times, and speeds over the tuned session's, round by round; how many turns were disturbed."""
    rounds = record["rounds"]
    taken = [turn for round_ in rounds for turn in round_.values()]
    return {
        "ms": {key: spread([round_[key]["ms"] for round_ in rounds])["median"] for key in KEYS},
        "ratio": {
            key: spread([round_[TUNED]["ms"] / round_[key]["ms"] for round_ in rounds]) for key in KEYS
        },
        "disturbed": sum(turn["cores"] < MOST_OF_A_CORE for turn in taken),
        "turns": len(taken),
    }


def objections(record, options):
    """What is not as it should be, a line each."""
    found = []
    measured, ratio = record["measurements"], record["summary"]["ratio"]
    if measured[SEEDED] > 0:
        why = "" if record["rows_quiet"] else ": the machine was busy when the rows were measured"
        found.append(f"{measured[SEEDED]} measurements in spite of its seeds{why}")
    if measured[RENAMED] > options.share * measured[TUNED]:
        found.append(f"{measured[RENAMED]} measurements with renamed seeds, of {measured[TUNED]}")
    for key in (SEEDED, RENAMED):
        if ratio[key]["median"] < options.least:
            found.append(f"by {key} {ratio[key]['median']:.3f} times as fast")
    return found


def case_text(record, options):
    summary = record["summary"]
    lines = [f"{record['model']}, {threads_text(record['threads'])}, load {record['load']:.1f}"]
    for key in KEYS:
        lines.append(
            f"  {key:<16}{record['measurements'][key]:>6} measurements{summary['ms'][key]:>9.2f} ms"
            f"  {ratio_text(summary['ratio'][key])}"
        )
    if summary["disturbed"]:
        lines.append(f"  {summary['disturbed']} of {summary['turns']} turns disturbed")
    lines += [f"  FAILED: {objection}" for objection in objections(record, options)]
    return "\n".join(lines)


def measure(options):
    library, header = library_and_header(options.build)
    warn_when_busy()
    records = []
    for name in options.models:
        file = find_model(name, options.build / "bin/rt3d", options.models_dir)
        for threads in options.threads:
            case = {"library": library, "header": header, "file": file, "threads": threads, "options": options}
            record = in_own_process(work, case)
            record.update(model=title_of(file), threads=threads, load=os.getloadavg()[0])
            record["summary"] = summarise(record)
            records.append(record)
            say(case_text(record, options))
            keep(records, options.json)
    return records


def main(words=None):
    options = parse(words)
    records = carried_out("seeds", lambda: measure(options))
    return 1 if any(objections(record, options) for record in records) else 0
