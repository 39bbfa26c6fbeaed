"""PyTorch: the ONNX file through onnx2torch, traced, frozen and optimised as TorchScript."""

import warnings

import onnx2torch
import torch

from .engine import Engine


class TorchEngine(Engine):
    def __init__(self, task):
        torch.set_num_threads(task.threads)
        warnings.simplefilter("ignore")
        arrays = tuple(torch.from_numpy(task.arrays[name]) for name, _ in task.inputs)
        module = onnx2torch.convert(str(task.file)).eval()
        with torch.inference_mode():
            frozen = torch.jit.freeze(torch.jit.trace(module, arrays, check_trace=False))
            try:
                script = torch.jit.optimize_for_inference(frozen)
                script(*arrays)
            except RuntimeError:  # some graphs do not survive the last step
                script = frozen
        self.arrays, self.script, self.result = arrays, script, None

    def run(self):
        with torch.inference_mode():
            self.result = self.script(*self.arrays)

    def outputs(self):
        results = self.result if isinstance(self.result, (tuple, list)) else [self.result]
        return [result.numpy() for result in results]
