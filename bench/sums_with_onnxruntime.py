#!/usr/bin/env python3
"""Compares the rounding errors of RT3D's sums with ONNX Runtime's, layer by layer.

Every layer is a model of one convolution or fully connected layer, with data that make sums hard: what is added up is large beside
what is left. RT3D and ONNX Runtime are both compared with sums in double precision. Columns: the largest error relative to the
output's range (largest value), and the root mean square and the largest of |error| / sum of |weight| * |input|; `times` is RT3D's
root mean square over ONNX Runtime's. --limit bounds it for exact results.
"""
import argparse
import dataclasses
import json
import pathlib
import sys
import tempfile

from peers.models import ModelError, run_rt3d

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")
ROOT = REQUIREMENTS.parent.parent

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as missing:
    sys.exit(f"sums_with_onnxruntime: {missing}; install it with: python3 -m pip install -r {REQUIREMENTS}")


@dataclasses.dataclass(frozen=True)
class Layer:
    """A convolution of `inputs` to `outputs` channels; `image` is d, h, w. A kernel of () is a fully connected layer."""

    name: str
    inputs: int
    outputs: int
    kernel: tuple = ()
    image: tuple = ()

    @property
    def terms(self):
        return self.inputs * int(np.prod(self.kernel))


LAYERS = [
    Layer("rgb 3x7x7", 3, 64, (3, 7, 7), (4, 14, 14)),
    Layer("480 1x1x1", 480, 64, (1, 1, 1), (4, 14, 14)),
    Layer("64 3x3x3", 64, 64, (3, 3, 3), (8, 14, 14)),
    Layer("512 3x1x1", 512, 64, (3, 1, 1), (8, 14, 14)),
    Layer("512 1x3x3", 512, 64, (1, 3, 3), (4, 14, 14)),
    Layer("512 3x3x3", 512, 64, (3, 3, 3), (4, 14, 14)),
    Layer("fc 25088", 25088, 256),
]


def normal(random, layer):
    return random.standard_normal(shapes(layer)[0]), random.standard_normal(shapes(layer)[1])


def offset(random, layer):
    """Inputs far from zero, weights that add up to zero: nearly everything cancels."""
    x, w = normal(random, layer)
    return x + 1e4, w - w.mean(axis=tuple(range(1, w.ndim)), keepdims=True)


def positive(random, layer):
    """Nothing cancels: the sum grows all the way."""
    x, w = normal(random, layer)
    return np.abs(x), np.abs(w)


DATA = {"normal": normal, "offset": offset, "positive": positive}


def shapes(layer):
    if not layer.kernel:
        return (1, layer.inputs), (layer.outputs, layer.inputs)
    return (1, layer.inputs, *layer.image), (layer.outputs, layer.inputs, *layer.kernel)


def model_of(layer, w):
    """The ONNX model of a layer without padding, so that every sum has all terms."""
    node = onnx.helper.make_node("Conv", ["x", "w"], ["y"]) if layer.kernel else onnx.helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)
    value = lambda name, shape: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
    graph = onnx.helper.make_graph([node], "layer", [value("x", shapes(layer)[0])], [value("y", None)], [onnx.numpy_helper.from_array(w, "w")])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9)


def double(layer, x, w):
    """The layer in double precision."""
    x, w = x.astype(np.float64), w.astype(np.float64)
    if not layer.kernel:
        return x @ w.T
    windows = np.lib.stride_tricks.sliding_window_view(x[0], layer.kernel, axis=(1, 2, 3))  # c d h w kd kh kw
    return np.tensordot(w, windows, axes=([1, 2, 3, 4], [0, 4, 5, 6]))[None]


def errors(got, expected, magnitudes):
    """Largest error of the range; root mean square and largest of the magnitudes' sum."""
    if not np.isfinite(got).all():
        return {"range": float("inf"), "rms": float("inf"), "largest": float("inf")}
    error = np.abs(got.astype(np.float64).reshape(expected.shape) - expected)
    share = error / magnitudes
    return {"range": float(error.max() / np.abs(expected).max()), "rms": float(np.sqrt((share**2).mean())), "largest": float(share.max())}


def rt3d(options, model, folder, accuracy, isa):
    words = ["run", model, "-i", f"x={folder / 'x.npy'}", "-o", folder, "--threads", 1, "--isa", isa, "--tune", "off", "--db", "none"]
    try:
        complaint = run_rt3d(options.rt3d, *words, "--accuracy", accuracy)
    except ModelError as error:
        sys.exit(f"sums_with_onnxruntime: {error}")
    if complaint:
        sys.exit(f"sums_with_onnxruntime: {complaint}")
    return np.load(folder / "y.npy")


def measured(options, layer, data, folder):
    x, w = (a.astype(np.float32) for a in DATA[data](np.random.default_rng(options.seed), layer))
    model = folder / "layer.onnx"
    onnx.save(model_of(layer, w), model)
    np.save(folder / "x.npy", x)
    expected, magnitudes = double(layer, x, w), double(layer, np.abs(x), np.abs(w))
    session_options = onnxruntime.SessionOptions()
    session_options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), session_options, providers=["CPUExecutionProvider"])
    theirs = errors(session.run(None, {"x": x})[0], expected, magnitudes)
    about = {"layer": layer.name, "terms": layer.terms, "data": data}
    yield {**about, "by": "onnxruntime", **theirs}
    for isa in options.isa:
        for accuracy in options.accuracy:
            ours = errors(rt3d(options, model, folder, accuracy, isa), expected, magnitudes)
            times = ours["rms"] / theirs["rms"]
            yield {**about, "by": f"{accuracy} {isa}", **ours, "times": times, "passed": accuracy != "exact" or times <= options.limit}


def text(row):
    times = f"{row['times']:6.2f}" if "times" in row else ""
    verdict = "" if row.get("passed", True) else "  FAIL"
    return f"{row['layer']:<11} {row['terms']:>6}  {row['data']:<9} {row['by']:<15} {row['range']:>9.1e} {row['rms']:>9.1e} {row['largest']:>9.1e} {times}{verdict}"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isa", nargs="+", default=["avx2", "avx512"], help="instruction sets (default: %(default)s)")
    parser.add_argument("--accuracy", nargs="+", default=["exact", "default"], help="(default: %(default)s)")
    parser.add_argument("--data", nargs="+", default=list(DATA), choices=list(DATA), help="(default: all)")
    parser.add_argument("--limit", type=float, default=2.0, help="most `times` of exact results that passes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--rt3d", default=ROOT / "build/release/bin/rt3d", metavar="PATH", help="the command (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser.parse_args()


def main():
    options = arguments()
    rows = []
    if not options.json:
        print(f"onnxruntime {onnxruntime.__version__}  numpy {np.__version__}  seed {options.seed}  limit {options.limit:g}")
        print(f"{'layer':<11} {'terms':>6}  {'data':<9} {'by':<15} {'of range':>9} {'rms':>9} {'largest':>9}  times")
    for data in options.data:
        for layer in LAYERS:
            with tempfile.TemporaryDirectory() as folder:
                for row in measured(options, layer, data, pathlib.Path(folder)):
                    rows.append(row)
                    if not options.json:
                        print(text(row), flush=True)
    failed = sum(not row.get("passed", True) for row in rows)
    if options.json:
        print(json.dumps({"onnxruntime": onnxruntime.__version__, "seed": options.seed, "limit": options.limit, "rows": rows, "failed": failed}, indent=1))
    else:
        print(f"{sum('passed' in row for row in rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
