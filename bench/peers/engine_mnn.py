"""MNN: the ONNX file through its own converter, then an interpreter session in float32."""

import importlib.metadata
import sys

import MNN
import numpy

from .engine import Engine, EngineError, convert
from .models import converted_folder


def tensor(array):
    return MNN.Tensor(array.shape, MNN.Halide_Type_Float, array, MNN.Tensor_DimensionType_Caffe)


class MnnEngine(Engine):
    def __init__(self, task):
        folder = converted_folder(task.file, task.cache, f"MNN {importlib.metadata.version('MNN')}")
        file = folder / "model.mnn"
        if not file.is_file():
            unfinished = folder / "unfinished.mnn"
            convert(
                folder / "mnn.log",
                sys.executable,
                "-m",
                "MNN.tools.mnnconvert",
                "-f",
                "ONNX",
                "--modelFile",
                task.file,
                "--MNNModel",
                unfinished,
                "--bizCode",
                "rt3d",
            )
            if not unfinished.is_file():
                raise EngineError("its converter wrote no model")
            unfinished.rename(file)
        self.interpreter = MNN.Interpreter(str(file))
        self.session = self.interpreter.createSession(
            {"backend": "CPU", "numThread": task.threads, "precision": "high"}
        )
        self.given = []
        for name, dims in task.inputs:
            given = self.interpreter.getSessionInput(self.session, name)
            if tuple(given.getShape()) != dims:
                raise EngineError(f"its input '{name}' became {given.getShape()} in conversion")
            self.given.append((given, tensor(task.arrays[name])))
        self.names = task.output_names

    def run(self):
        for place, values in self.given:  # every time: a session reuses the memory of its inputs
            place.copyFrom(values)
        if self.interpreter.runSession(self.session) != 0:
            raise EngineError("runSession failed")

    def outputs(self):
        found = self.interpreter.getSessionOutputAll(self.session)
        arrays = []
        for name in self.names:
            if name not in found:
                raise EngineError(f"the converted model has no output '{name}'")
            shape = found[name].getShape()
            host = tensor(numpy.zeros(shape, numpy.float32))
            found[name].copyToHostTensor(host)
            arrays.append(numpy.array(host.getNumpyData(), numpy.float32))
        return arrays
