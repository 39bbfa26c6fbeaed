"""ncnn: the ONNX file through pnnx, float32 throughout. ncnn has no batch: a batch of one is dropped."""

import importlib.metadata
import importlib.util
import pathlib

import ncnn
import numpy

from .engine import Engine, EngineError, convert
from .models import converted_folder


def self_contained(file, folder):
    """The model as one file: pnnx does not find weights that lie beside it."""
    if not any(file.parent.glob("*.data")):
        return file
    try:
        import onnx  # noqa: PLC0415  (only such models need it)
    except ImportError:
        raise EngineError(
            "pnnx needs the weights inside the file; the package onnx would put them there"
        ) from None
    single = folder / "single.onnx"
    onnx.save(onnx.load(str(file)), str(single))
    return single


def converted(task):
    """The .param and .bin files of the model."""
    folder = converted_folder(task.file, task.cache, f"pnnx {importlib.metadata.version('pnnx')}")
    param, weights, done = folder / "model.ncnn.param", folder / "model.ncnn.bin", folder / "converted"
    if not done.is_file():
        shapes = ",".join("[" + ",".join(map(str, dims)) + "]" for _, dims in task.inputs)
        # Whatever is not named here would be written beside the model.
        others = {
            "pnnxparam": "pnnx.param",
            "pnnxbin": "pnnx.bin",
            "pnnxpy": "pnnx.py",
            "pnnxonnx": "pnnx.onnx",
            "ncnnpy": "ncnn.py",
        }
        # Found, not imported: that would import PyTorch too.
        program = pathlib.Path(importlib.util.find_spec("pnnx").origin).with_name("pnnx")
        convert(
            folder / "pnnx.log",
            program,
            self_contained(task.file, folder),
            f"ncnnparam={param}",
            f"ncnnbin={weights}",
            *(f"{key}={folder / name}" for key, name in others.items()),
            "fp16=0",
            f"inputshape={shapes}",
        )
        for name in ("single.onnx", *others.values()):
            (folder / name).unlink(missing_ok=True)
        if not (param.is_file() and weights.is_file()):
            raise EngineError("pnnx wrote no ncnn model")
        done.touch()
    return param, weights


class NcnnEngine(Engine):
    def __init__(self, task):
        if any(not dims or dims[0] != 1 for _, dims in task.inputs):
            raise EngineError("it has no batches: the first dimension of every input must be 1")
        param, weights = converted(task)
        self.net = ncnn.Net()
        options = self.net.opt
        options.num_threads = task.threads
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_storage = False
        if self.net.load_param(str(param)) != 0:
            raise EngineError("it cannot load what pnnx made of the model (an operator that it lacks)")
        if self.net.load_model(str(weights)) != 0:
            raise EngineError("it cannot load the weights that pnnx wrote")
        self.arrays = [numpy.ascontiguousarray(task.arrays[name][0]) for name, _ in task.inputs]
        self.given = list(zip(self.net.input_names(), map(ncnn.Mat, self.arrays)))
        self.results = []

    def run(self):
        extractor = self.net.create_extractor()
        for name, mat in self.given:
            extractor.input(name, mat)
        self.results = []
        for name in self.net.output_names():
            status, mat = extractor.extract(name)
            if status != 0:
                raise EngineError(f"extracting '{name}' failed with {status}")
            self.results.append(mat)

    def outputs(self):
        return [numpy.array(mat, numpy.float32) for mat in self.results]

    def close(self):
        self.results, self.given = [], []
        self.net.clear()
