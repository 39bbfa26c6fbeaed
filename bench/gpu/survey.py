#!/usr/bin/env python3
"""Plans models for phone GPUs, and judges every kernel of every plan: the whole report of docs/gpu-model.md with one command.

  survey.py c3d --gpu adreno-650                                     both modes
  survey.py c3d c3d:kgs:8x4:3.6 r2plus1d_18 s3d --gpu all            dense and pruned models, five GPUs
  survey.py my.onnx --gpu mali-g57 --mode half --mesa sid            a model of your own, the newer Mesa alone
  survey.py c3d c3d:kgs:8x4:3.6 --gpu adreno-650 --mode half --guard --mesa sid      what scripts/test runs

A plan is what a session on that GPU starts with. Models, plans and tables lie in --out; what was compiled before is not compiled again, so a
run that was stopped goes on where it was. Times are model figures, never measurements of a phone.
"""
import argparse
import pathlib
import re
import signal
import subprocess
import sys

import judge
import manifest
import mesa
import model
import options as common
import report
import tables

MODES = {"half": "half", "float": "default"}  # by what `--accuracy` calls it


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a name that `rt3d make-model --list` shows, one with its sparsity (c3d:kgs:8x4:3.6), or an ONNX file")
    parser.add_argument("--mode", choices=(*MODES, "both"), default="both", help="sums in halves, in floats, or a report on either (default: both)")
    common.add(parser)
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="for models, plans, report.md, report.json and summary.md (default: build/gpu-report)")
    parser.add_argument("--programs", type=pathlib.Path, metavar="FOLDER", help="the build with bin/rt3d and bench/rt3d-gpu-kernels (default: build/release)")
    return parser.parse_args()


def run(command):
    try:
        done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except OSError as error:
        raise manifest.Error(f"{command[0]}: {error.strerror} (cmake --build --preset release)") from None
    if done.returncode != 0:
        raise manifest.Error(f"{' '.join(map(str, command))}: {(done.stderr.strip().splitlines() or ['fails'])[-1]}")
    for line in done.stderr.splitlines():
        print(f"survey: {line}", file=sys.stderr)


def newer(path, *others):
    """Whether a result is younger than all it was made of."""
    return path.exists() and all(path.stat().st_mtime > other.stat().st_mtime for other in others if other.exists())


def model_file(text, folder, programs):
    """The ONNX file of a model as it was asked for, made where it is not there."""
    if text.endswith(".onnx"):
        return pathlib.Path(text)
    name, _, sparsity = text.partition(":")
    path = folder / f"{re.sub('[^0-9A-Za-z_.]', '-', text)}.onnx"
    program = programs / "bin/rt3d"
    if not newer(path, program):
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        run([program, "make-model", name, "-o", partial, *(["--sparsity", sparsity] if sparsity else [])])
        partial.rename(path)
    return path


def planned(path, mode, gpu, folder, programs):
    """The plan's manifest."""
    program = programs / "bench/rt3d-gpu-kernels"
    plan = folder / path.stem / mode / gpu.key
    if not newer(plan / "manifest.json", path, program):
        run([program, path, "--device", gpu.key, "--accuracy", MODES[mode], "-o", plan])
    return manifest.read(plan)


def surveyed(plans, options):
    gpus = dict.fromkeys(gpu for _, of_it in plans for gpu in of_it)
    there, missing = judge.unpacked(gpus, options)
    for line in missing:
        print(f"survey: {line}", file=sys.stderr)
    results = judge.judge([(read, gpus) for read, gpus in plans if gpus[0] in there], options)
    if not results:
        return 2
    summary = tables.summary(results)
    for name, text in (("summary.md", summary), ("report.md", tables.tables(results)), ("report.json", tables.as_json(results))):
        (options.out / name).write_text(text + "\n")
    print(summary)
    status = report.check(results, sys.stdout) if options.check else 0
    return status or (2 if missing else 0)


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    options = arguments()
    options.out = options.out or options.build / "gpu-report"
    options.programs = options.programs or options.build / "release"
    modes = list(MODES) if options.mode == "both" else [options.mode]
    try:
        gpus = common.gpus_of(options, list(model.GPUS.values()))
        if options.guard and judge.unpacked(gpus, options)[1]:  # nothing need be planned
            return report.guard([(None, gpus)], options)
        files = [model_file(text, options.out / "models", options.programs) for text in options.models]
        plans = [(planned(file, mode, gpu, options.out / "plans", options.programs), [gpu]) for file in files for mode in modes for gpu in gpus]
        return report.guard(plans, options) if options.guard else surveyed(plans, options)
    except (manifest.Error, mesa.Missing, mesa.Failed) as error:
        print(f"survey: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
