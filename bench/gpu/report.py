#!/usr/bin/env python3
"""Judges the OpenCL kernels of a model's plan without a phone: Mesa's compilers for Adreno and Mali say what they make of each, and from
that comes a predicted time per layer and model.

Every time printed is a model figure, never a measurement of a phone; docs/gpu-model.md says what the model knows and what it does not.

  report.py FOLDER                         on the GPU that the plan was made for
  report.py FOLDER --gpu all --steps conv2
  report.py FOLDER --guard                 for CI

survey.py plans models first, and reports on all of them.
"""
import argparse
import pathlib
import signal
import sys

import gates
import judge
import manifest
import mesa
import model
import options as common
import tables


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=pathlib.Path, nargs="+", metavar="FOLDER", help="with manifest.json and the .cl sources of one model's plan")
    common.add(parser)
    parser.add_argument("--json", action="store_true", help="print everything as JSON instead of tables")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="write the tables there, too")
    return parser.parse_args()


def guard(plans, options):
    gpus = {gpu for _, gpus in plans for gpu in gpus}
    _, missing = judge.unpacked(gpus, options)
    if missing:
        print(f"guard skipped: {missing[0]}")
        return 0
    try:
        lines, status = gates.guard(judge.judge(plans, options))
    except mesa.Missing as error:
        print(f"guard skipped: {error}")
        return 0
    for line in lines:
        print(line)
    return status


def check(results, file):
    """Prints what misses a gate, one line each; the exit status."""
    found = gates.complaints(results, share=True)
    for line, _ in found:
        print(f"gate missed: {line}", file=file)
    return 1 if found else 0


def report(plans, options):
    there, missing = judge.unpacked(dict.fromkeys(gpu for _, gpus in plans for gpu in gpus), options)
    for line in missing:
        print(f"report: {line}", file=sys.stderr)
    if not there:
        return 2
    results = judge.judge([(read, [gpu for gpu in gpus if gpu in there]) for read, gpus in plans], options)
    text = tables.tables(results)
    print(tables.as_json(results) if options.json else text)
    if options.markdown:
        options.markdown.write_text(text + "\n")
    return check(results, sys.stderr if options.json else sys.stdout) if options.check else 0


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    options = arguments()
    try:
        reads = [manifest.read(folder) for folder in options.folders]
        plans = [(read, common.gpus_of(options, [model.GPUS[read.device]])) for read in reads]
        return guard(plans, options) if options.guard else report(plans, options)
    except (manifest.Error, mesa.Missing, mesa.Failed) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
