"""OpenVINO's CPU plugin: one stream, float32, tuned for latency."""

import numpy
import openvino

from .engine import Engine

PROPERTIES = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1", "INFERENCE_PRECISION_HINT": "f32"}


class OpenVinoEngine(Engine):
    def __init__(self, task):
        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(str(task.file)), "CPU", {**PROPERTIES, "INFERENCE_NUM_THREADS": task.threads}
        )
        self.request = compiled.create_infer_request()
        self.tensors = [openvino.Tensor(task.arrays[name]) for name, _ in task.inputs]
        for index, tensor in enumerate(self.tensors):
            self.request.set_input_tensor(index, tensor)
        self.count = len(compiled.outputs)
        self.run = self.request.infer

    def outputs(self):
        return [numpy.array(self.request.get_output_tensor(index).data) for index in range(self.count)]
