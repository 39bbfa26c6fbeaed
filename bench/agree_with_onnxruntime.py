#!/usr/bin/env python3
"""Do full-size models give the same answers as ONNX Runtime?

Writes each architecture with `rt3d make-model`, feeds one seeded random input to ONNX Runtime and to `rt3d run` on every
instruction set and number of threads asked for, and prints the largest difference relative to the output's largest value.
Exits with 1 when one is above the limit.

Needs Python packages: onnxruntime, numpy.

  python3 bench/agree_with_onnxruntime.py --rt3d build/release/bin/rt3d
  python3 bench/agree_with_onnxruntime.py --rt3d build/release/bin/rt3d --models c3d s3d --isa avx2 --threads 1
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnxruntime
except ImportError as missing:
    sys.exit(f"agree_with_onnxruntime: {missing.name} is missing; install the Python packages onnxruntime and numpy")

MODELS = ["c3d", "r3d_18", "mc3_18", "r2plus1d_18", "s3d", "x3d_s", "i3d_r50", "slowfast_r50", "csn_r101",
          "vgg16", "resnet50", "mobilenet_v2"]
LIMIT = 1e-4


def command(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"agree_with_onnxruntime: {' '.join(map(str, words))}\n{done.stderr.strip()}")


def reference(model, inputs):
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def seeded_inputs(model, seed):
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(seed)
    return {i.name: random.standard_normal(i.shape, dtype=np.float32) for i in session.get_inputs()}


def difference(expected, folder):
    worst = 0.0
    for name, values in expected.items():
        got = np.load(folder / f"{name}.npy")
        if got.shape != values.shape or not np.isfinite(got).all():
            return float("inf")
        worst = max(worst, float(np.abs(got - values).max() / np.abs(values).max()))
    return worst


def compare(name, options, folder):
    model = folder / f"{name}.onnx"
    command(options.rt3d, "make-model", name, "-o", model)
    inputs = seeded_inputs(model, options.seed)
    expected = reference(model, inputs)
    arguments = []
    for key, values in inputs.items():
        np.save(folder / f"in_{key}.npy", values)
        arguments += ["-i", f"{key}={folder / f'in_{key}.npy'}"]
    for isa in options.isa:
        for threads in options.threads:
            command(options.rt3d, "run", model, *arguments, "-o", folder / "out", "--isa", isa, "--threads", threads,
                    "--tune", "off", "--db", "none")
            yield {"model": name, "isa": isa, "threads": threads, "difference": difference(expected, folder / "out")}
    model.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rt3d", default="build/release/bin/rt3d", help="the command (default: %(default)s)")
    parser.add_argument("--models", nargs="+", default=MODELS, metavar="NAME", help="default: %(default)s")
    parser.add_argument("--isa", nargs="+", default=["avx2", "avx512"], help="default: %(default)s")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()

    rows = []
    if not options.json:
        print(f"onnxruntime {onnxruntime.__version__}; limit {LIMIT:g} of the output's largest value")
        print(f"{'model':14} {'isa':8} {'threads':>7} {'difference':>12}")
    for name in options.models:
        with tempfile.TemporaryDirectory() as folder:
            for row in compare(name, options, pathlib.Path(folder)):
                row["agrees"] = row["difference"] <= LIMIT
                rows.append(row)
                if not options.json:
                    print(f"{row['model']:14} {row['isa']:8} {row['threads']:7} {row['difference']:12.2e}"
                          f"  {'' if row['agrees'] else 'DIFFERS'}", flush=True)
    if options.json:
        print(json.dumps(rows, indent=1))
    bad = sum(not row["agrees"] for row in rows)
    if not options.json:
        print(f"{len(rows) - bad} of {len(rows)} agree")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
