#!/usr/bin/env python3
"""Compares RT3D with ONNX Runtime on whole models of full size, or on ONNX files: pruned ones, say.

For every model: `rt3d make-model` writes it, or it is a file; seeded random inputs are drawn, ONNX Runtime and `rt3d run` compute the outputs, and the
largest difference, relative to the largest value of ONNX Runtime's output, is printed for every instruction set and thread count.
"""
import argparse
import json
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

from peers.models import ModelError, draw_inputs, run_rt3d

MODELS = "c3d r3d_18 mc3_18 r2plus1d_18 s3d x3d_s slowfast_r50 i3d_r50 csn_r101 vgg16 resnet50 mobilenet_v2".split()
REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")
ROOT = REQUIREMENTS.parent.parent

try:
    import numpy as np
    import onnxruntime
except ImportError as missing:
    sys.exit(f"agree_with_onnxruntime: {missing}; install it with: python3 -m pip install -r {REQUIREMENTS}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=MODELS, metavar="NAME", help="names of `rt3d make-model --list`, or ONNX files without external data (default: %(default)s)")
    parser.add_argument("--isa", nargs="+", default=["avx2", "avx512"], help="instruction sets (default: %(default)s)")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], metavar="N", help="thread counts (default: %(default)s)")
    parser.add_argument("--accuracy", default="default", help="of `rt3d run`; exact where a file has weights in Winograd's domain (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=1e-4, help="largest relative difference that passes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the inputs (default: %(default)s)")
    parser.add_argument("--rt3d", default=ROOT / "build/release/bin/rt3d", metavar="PATH", help="the command (default: %(default)s)")
    parser.add_argument("--keep", metavar="FOLDER", type=pathlib.Path,
                        help="keep every model with its inputs and ONNX Runtime's outputs as FOLDER/NAME, for rt3d-agree")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser.parse_args()


def rt3d(options, *words):
    """Runs the command; its complaint as text, or nothing."""
    try:
        return run_rt3d(options.rt3d, *words)
    except ModelError as error:
        sys.exit(f"agree_with_onnxruntime: {error}")


def expect(options, model, folder):
    """Draws the inputs and computes the outputs; both are written as .npy files. Gives the inputs' files and the outputs, by name."""
    session_options = onnxruntime.SessionOptions()
    session_options.intra_op_num_threads = max(options.threads)
    session = onnxruntime.InferenceSession(str(model), session_options, providers=["CPUExecutionProvider"])
    inputs = draw_inputs([(i.name, i.shape) for i in session.get_inputs()], options.seed)
    names = [o.name for o in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, inputs)))
    files = {name: folder / f"input_{k}.npy" for k, name in enumerate(inputs)}
    for name, file in files.items():
        np.save(file, inputs[name])
    for k, name in enumerate(names):
        np.save(folder / f"output_{k}.npy", outputs[name])
    return files, outputs


def difference(outputs, folder):
    """The largest of all outputs' largest differences, each relative to the output's largest value."""
    worst = 0.0
    for name, expected in outputs.items():
        got = np.load(folder / f"{name}.npy")
        if got.shape != expected.shape or not np.isfinite(got).all():
            return float("inf")
        worst = max(worst, float(np.abs(got - expected).max() / np.abs(expected).max()))
    return worst


def write_model(options, name, model):
    """Its complaint as text, or nothing."""
    if not name.endswith(".onnx"):
        return rt3d(options, "make-model", name, "-o", model)
    if not pathlib.Path(name).is_file():
        return "there is no such file"
    shutil.copyfile(name, model)
    return None


def compare(options, name, folder):
    model = folder / "model.onnx"
    complaint = write_model(options, name, model)
    if complaint:
        yield {"model": name, "passed": False, "error": complaint}
        return
    files, outputs = expect(options, model, folder)
    given = [word for input_name, file in files.items() for word in ("-i", f"{input_name}={file}")]
    for isa in options.isa:
        for threads in options.threads:
            row = {"model": name, "isa": isa, "threads": threads, "passed": False}
            with tempfile.TemporaryDirectory() as results:
                complaint = rt3d(options, "run", model, *given, "-o", results, "--threads", threads, "--isa", isa, "--tune", "off",
                                 "--db", "none", "--accuracy", options.accuracy)
                if complaint:
                    row["error"] = complaint
                else:
                    row["difference"] = difference(outputs, pathlib.Path(results))
                    row["passed"] = row["difference"] <= options.limit
            yield row


def text(row):
    verdict = row.get("error") or ("pass" if row["passed"] else "FAIL")
    apart = f"{row['difference']:.1e}" if "difference" in row else "-"
    return f"{row['model']:<14} {row.get('isa', '-'):<7} {row.get('threads', '-'):>7}  {apart:>10}  {verdict}"


def main():
    options = arguments()
    version = subprocess.run([str(options.rt3d), "--version"], capture_output=True, text=True).stdout \
        if pathlib.Path(options.rt3d).exists() else "rt3d"
    about = {"rt3d": version.split(maxsplit=1)[-1].strip(), "onnxruntime": onnxruntime.__version__, "numpy": np.__version__, "python": platform.python_version(),
             "seed": options.seed, "limit": options.limit}
    rows = []
    if not options.json:
        print("  ".join(f"{key} {value}" for key, value in about.items()))
        print(f"{'model':<14} {'isa':<7} {'threads':>7}  {'difference':>10}")
    for name in options.models:
        with tempfile.TemporaryDirectory() as scratch:
            folder = options.keep / pathlib.Path(name).stem if options.keep else pathlib.Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            for row in compare(options, name, folder):
                rows.append(row)
                if not options.json:
                    print(text(row), flush=True)
    failed = sum(not row["passed"] for row in rows)
    if options.json:
        print(json.dumps({**about, "rows": rows, "failed": failed}, indent=1))
    else:
        print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
