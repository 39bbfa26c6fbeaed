"""librt3d.so in this process: the part of rt3d.h that the comparison uses, over ctypes.

Needs nothing but the standard library. Structs come from the header (header.py), so that an option appended
to rt3d_session_options can be given by its name as soon as the header has it.
"""

import ctypes
import pathlib

from .header import Header

TEXTS = ("rt3d_version", "rt3d_last_error", "rt3d_device_text", "rt3d_device_isa")
HANDLES = ctypes.POINTER(ctypes.c_void_p)


class Rt3dError(RuntimeError):
    """What rt3d_last_error() says."""


class Rt3d:
    """A loaded librt3d.so with its header."""

    def __init__(self, library, header):
        self.path = pathlib.Path(library)
        self.header = Header(pathlib.Path(header))
        self.dll = ctypes.CDLL(str(self.path))
        for name in TEXTS:
            getattr(self.dll, name).restype = ctypes.c_char_p
        int32, pointer = ctypes.c_int32, ctypes.c_void_p
        self._declare("rt3d_model_load", HANDLES, ctypes.c_char_p)
        self._declare("rt3d_session_create", HANDLES, pointer, pointer)
        self._declare("rt3d_session_set_input", pointer, int32, pointer, ctypes.c_size_t)
        self._declare("rt3d_session_run", pointer)
        self._declare("rt3d_session_output", pointer, int32, result=pointer)
        self._declare("rt3d_session_get_stats", pointer, pointer)
        self._declare("rt3d_session_step_count", pointer)
        self._declare("rt3d_session_step", pointer, pointer, int32)
        self._declare("rt3d_measure_peak", ctypes.POINTER(ctypes.c_double), int32)
        for noun in ("model", "session"):
            self._declare(f"rt3d_{noun}_free", pointer, result=None)
        for noun, side in (("model", "input"), ("model", "output"), ("session", "output")):
            self._declare(f"rt3d_{noun}_{side}_count", pointer)
        for name in ("rt3d_model_input", "rt3d_model_output", "rt3d_session_output_info"):
            self._declare(name, pointer, pointer, int32)

    def _declare(self, name, *arguments, result=ctypes.c_int32):
        function = getattr(self.dll, name)
        function.argtypes, function.restype = list(arguments), result

    def call(self, name, *arguments):
        """Calls a function that returns a status; raises Rt3dError with the library's own explanation."""
        if getattr(self.dll, name)(*arguments) != 0:
            raise Rt3dError(self.dll.rt3d_last_error().decode())

    def text(self, name):
        return getattr(self.dll, name)().decode()

    def peak_gflops(self, threads):
        """This machine's fused-multiply-add peak, measured now."""
        peak = ctypes.c_double()
        self.call("rt3d_measure_peak", ctypes.byref(peak), threads)
        return peak.value

    def has_option(self, name):
        return self.header.has_field("rt3d_session_options", name)

    def accuracy(self, name):
        """The constant of "exact" or "default", as the header calls it."""
        wanted = f"RT3D_ACCURACY_{name.upper()}"
        if wanted not in self.header.constants:
            raise Rt3dError(f"rt3d.h has no {wanted}")
        return self.header.constants[wanted]


class _Tensors:
    """What models and sessions share: a handle, and descriptions of tensors as (name, dims)."""

    def __init__(self, rt3d):
        self.rt3d = rt3d
        self.handle = ctypes.c_void_p()

    def _infos(self, count, describe):
        infos = []
        for index in range(getattr(self.rt3d.dll, count)(self.handle)):
            info = self.rt3d.header.new("rt3d_tensor_info")
            self.rt3d.call(describe, ctypes.byref(info), self.handle, index)
            if info.dtype != self.rt3d.header.constants["RT3D_F32"]:
                raise Rt3dError(
                    f"'{info.name.decode()}' is not float32: only such inputs and outputs are compared"
                )
            infos.append((info.name.decode(), tuple(info.dims[: info.rank])))
        return infos

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Model(_Tensors):
    """A loaded ONNX file."""

    def __init__(self, rt3d, path):
        super().__init__(rt3d)
        rt3d.call("rt3d_model_load", ctypes.byref(self.handle), str(path).encode())

    def inputs(self):
        return self._infos("rt3d_model_input_count", "rt3d_model_input")

    def outputs(self):
        return self._infos("rt3d_model_output_count", "rt3d_model_output")

    def close(self):
        self.rt3d.dll.rt3d_model_free(self.handle)
        self.handle = ctypes.c_void_p()


class Session(_Tensors):
    """A session; keyword arguments are fields of rt3d_session_options, texts as str."""

    def __init__(self, model, **options):
        super().__init__(model.rt3d)
        fields = {key: value.encode() if isinstance(value, str) else value for key, value in options.items()}
        struct = self.rt3d.header.new("rt3d_session_options", **fields)
        self.rt3d.call("rt3d_session_create", ctypes.byref(self.handle), model.handle, ctypes.byref(struct))
        self._run = self.rt3d.dll.rt3d_session_run
        self.outputs = self._infos("rt3d_session_output_count", "rt3d_session_output_info")

    def set_input(self, index, data):
        """Copies a contiguous buffer of floats."""
        view = memoryview(data)
        at = (ctypes.c_char * view.nbytes).from_buffer_copy(view)
        self.rt3d.call("rt3d_session_set_input", self.handle, index, at, view.nbytes)

    def run(self):
        if self._run(self.handle) != 0:
            raise Rt3dError(self.rt3d.dll.rt3d_last_error().decode())

    def output(self, index):
        """The output of the last run as a flat array of floats, valid until the next run."""
        count = 1
        for size in self.outputs[index][1]:
            count *= size
        at = self.rt3d.dll.rt3d_session_output(self.handle, index)
        if not at:
            raise Rt3dError(f"there is no output {index} before the first run")
        return (ctypes.c_float * count).from_address(at)

    def step_times(self):
        """Nanoseconds of each step of the plan in the last run, of a session that profiles."""
        info = self.rt3d.header.new("rt3d_step_info")
        times = []
        for index in range(self.rt3d.dll.rt3d_session_step_count(self.handle)):
            self.rt3d.call("rt3d_session_step", ctypes.byref(info), self.handle, index)
            times.append(info.last_ns)
        return times

    def stats(self):
        """rt3d_session_stats as a dictionary."""
        stats = self.rt3d.header.new("rt3d_session_stats")
        self.rt3d.call("rt3d_session_get_stats", ctypes.byref(stats), self.handle)
        values = {name: getattr(stats, name) for name, _ in stats._fields_}
        return {name: value.decode() if isinstance(value, bytes) else value for name, value in values.items()}

    def close(self):
        self.rt3d.dll.rt3d_session_free(self.handle)
        self.handle = ctypes.c_void_p()
