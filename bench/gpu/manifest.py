"""Reads manifest.json: the launches of one model's plan, with the OpenCL sources beside it. docs/gpu-model.md describes the file."""
import dataclasses
import json
import pathlib

import model


class Error(Exception):
    """What is wrong with a manifest, in one line."""


@dataclasses.dataclass
class Launch:
    step: str
    problem: str
    family: str
    schedule: str
    source: pathlib.Path
    options: str
    kernel: str
    grid: list  # global size
    working: list  # work-items of it that have something to do
    local: list  # or None: the driver chooses
    count: int
    multiply_adds: float  # that the result needs
    executed: float  # with padding
    weights: float  # bytes read
    activations: float
    writes: float
    tile: dict  # of a work-item: {"pixels": P, "outputs": O, "weight_bytes": B}, or {}

    def modelled(self, mode):
        return model.Launch(grid=self.working, group=self.local or (), multiply_adds=self.executed,
                            pixels=self.tile.get("pixels", 0), element=self.tile.get("weight_bytes", 2 if mode == "half" else 4),
                            bytes=self.weights + self.activations + self.writes)


@dataclasses.dataclass
class Manifest:
    folder: pathlib.Path
    model: str
    mode: str  # half or float: in what the kernels add up
    device: str
    launches: list


def known_gpu(key):
    if key not in model.GPUS:
        raise Error(f"unknown GPU '{key}' (known: {', '.join(model.GPUS)})")
    return model.GPUS[key]


def read(folder):
    path = pathlib.Path(folder) / "manifest.json"
    try:
        value = json.loads(path.read_text())
    except OSError as error:
        raise Error(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise Error(f"{path} is not JSON: {error}") from None
    try:
        return read_value(path, value)
    except Error as error:
        raise Error(f"{path}: {error}") from None


def read_value(path, value):
    if not isinstance(value, dict):
        raise Error("wants an object")
    mode = field(value, "mode", str)
    if mode not in ("half", "float"):
        raise Error(f"mode is '{mode}', neither half nor float")
    device = known_gpu(field(value, "device", str)).key
    launches = [read_launch(path, i, launch) for i, launch in enumerate(field(value, "launches", list))]
    return Manifest(path.parent, field(value, "model", str), mode, device, launches)


def field(value, name, kind, default=None):
    if name not in value and default is not None:
        return default
    found = value.get(name)
    if isinstance(found, bool) or not isinstance(found, kind):
        raise Error(f"'{name}' is missing" if name not in value else f"'{name}' is {json.dumps(found)[:60]}")
    return found


def read_launch(path, index, value):
    try:
        if not isinstance(value, dict):
            raise Error("wants an object")
        return launch_of(path, value)
    except Error as error:
        step = value.get("step") if isinstance(value, dict) else None
        raise Error(f"launch {index}{f' ({step})' if isinstance(step, str) else ''}: {error}") from None


NUMBER = (int, float)


def launch_of(path, value):
    source = path.parent / field(value, "source", str)
    if not source.is_file():
        raise Error(f"there is no {source.name} beside the manifest")
    reads = field(value, "reads", dict, {})
    needed = field(value, "multiply_adds", NUMBER)
    tile = field(value, "tile", dict, {})
    grid = sizes(value, "global")
    working = sizes(value, "items", optional=True) or grid
    if len(working) != len(grid) or any(some > all_of_it for some, all_of_it in zip(working, grid)):
        raise Error(f"'items' is {json.dumps(working)[:60]}, not a part of the global size {json.dumps(grid)}")
    for side in tile:
        if side not in ("pixels", "outputs", "weight_bytes") or not isinstance(tile[side], int) or tile[side] < 1:
            raise Error(f"'tile' is {json.dumps(tile)[:60]}")
    return Launch(step=field(value, "step", str), problem=field(value, "problem", str, ""), family=field(value, "family", str),
                  schedule=field(value, "schedule", str, ""), source=source, options=field(value, "options", str, ""),
                  kernel=field(value, "kernel", str), grid=grid, working=working, local=sizes(value, "local", optional=True),
                  count=field(value, "count", int, 1), multiply_adds=needed, executed=field(value, "units_executed", NUMBER, needed),
                  weights=field(reads, "weights", NUMBER, 0), activations=field(reads, "activations", NUMBER, 0),
                  writes=field(value, "writes", NUMBER, 0), tile=tile)


def sizes(value, name, optional=False):
    if optional and value.get(name) is None:
        return None
    found = field(value, name, list)
    if not 1 <= len(found) <= 3 or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in found):
        raise Error(f"'{name}' is {json.dumps(found)[:60]}, not up to three positive numbers")
    return found
