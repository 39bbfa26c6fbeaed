"""The table of engines: one row each. Adding one is a file engine_<name>.py and its row here."""

import functools

from .engine import EngineRow


def _load(module, name):
    return getattr(__import__(f"{__package__}.{module}", fromlist=[name]), name)


def _row(key, title, modules, packages, module, name):
    return EngineRow(key, title, modules, packages, functools.partial(_load, module, name))


PEERS = (
    _row(
        "onnxruntime",
        "ONNX Runtime",
        ("onnxruntime",),
        ("onnxruntime",),
        "engine_onnxruntime",
        "OnnxRuntimeEngine",
    ),
    _row("openvino", "OpenVINO", ("openvino",), ("openvino",), "engine_openvino", "OpenVinoEngine"),
    _row("torch", "PyTorch", ("torch", "onnx2torch"), ("torch", "onnx2torch"), "engine_torch", "TorchEngine"),
    _row("mnn", "MNN", ("MNN",), ("MNN",), "engine_mnn", "MnnEngine"),
    _row("ncnn", "ncnn", ("ncnn", "pnnx"), ("ncnn", "pnnx"), "engine_ncnn", "NcnnEngine"),
)
PEER_KEYS = tuple(row.key for row in PEERS)
RT3D_TITLES = {"rt3d": "RT3D", "rt3d-exact": "RT3D exact"}  # the first is the default accuracy
TITLES = {**RT3D_TITLES, **{row.key: row.title for row in PEERS}}


def engine_of(key):
    """The engine of a key that may name what it runs as well: "rt3d-exact@dense"."""
    return key.split("@")[0]


def is_rt3d(key):
    return engine_of(key) in RT3D_TITLES


def rt3d_keys(accuracy):
    """The RT3D engines that --accuracy names."""
    return {"default": ("rt3d",), "exact": ("rt3d-exact",), "both": ("rt3d", "rt3d-exact")}[accuracy]
