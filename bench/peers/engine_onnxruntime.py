"""ONNX Runtime's CPU provider; its idle threads spin as they do by default."""

import onnxruntime

from .engine import Engine


class OnnxRuntimeEngine(Engine):
    def __init__(self, task):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = task.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            str(task.file), options, providers=["CPUExecutionProvider"]
        )
        self.arrays = task.arrays
        self.results = None

    def run(self):
        self.results = self.session.run(None, self.arrays)

    def outputs(self):
        return self.results
