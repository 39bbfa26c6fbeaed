"""One case with one number of threads: all engines in one process, prepared, checked, measured by turns.

Runs in a process of its own, so that a runtime that crashes takes only itself out (collect.py). Tells its
parent through a pipe what it begins and what came of it: (event, engine or None, data).
"""

import argparse
import dataclasses
import os
import time

from . import turns
from .agreement import difference
from .binding import Model, Rt3d
from .engine import Task
from .engines import PEERS, engine_of, is_rt3d
from .models import check_shapes, draw_inputs


def work(case, pipe):
    """The process's entry. `case`: engines, the files and titles of each, threads, cache, log, options."""
    log = os.open(case["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)  # runtimes and converters talk; what counts goes through the pipe
    os.dup2(log, 2)
    try:
        _measure(case, pipe.send)
        pipe.send(("done", None, None))
    except Exception as error:  # noqa: BLE001  (whatever it is, the parent reports it)
        pipe.send(("broken", None, one_line(error, 1000)))


def one_line(error, longest=220):
    """An exception as the line that the report shows."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines)[:longest] if lines else type(error).__name__


def _measure(case, tell):
    options = case["options"]
    rt3d = Rt3d(case["library"], case["header"])
    engines, wanted = {}, {}
    files = _Files(case, rt3d, tell)
    for key in case["engines"]:
        task, wanted[key] = files.task_and_outputs(case["files"][key])
        tell(("begin", key, "being prepared"))
        try:
            engine, about = _prepare(key, task, rt3d, wanted[key])
        except Exception as error:  # noqa: BLE001  (peers raise what they like)
            tell(("failed", key, one_line(error)))
            continue
        engines[key] = engine
        tell(("ready", key, about))
    taken = {key: [] for key in engines}
    for index in range(options.rounds):
        turns.settle()
        tell(("peak", None, rt3d.peak_gflops(case["threads"])))
        for key in turns.rotated(list(engines), index):
            tell(("begin", key, "running"))
            turns.settle()
            try:
                turn = turns.take_turn(engines[key].run, options.seconds)
            except Exception as error:  # noqa: BLE001
                engines.pop(key)
                tell(("failed", key, one_line(error)))
                continue
            taken[key].append(turn["ms"])
            tell(("turn", key, turn))
        for key in turns.too_slow({key: taken[key] for key in engines}, options.slow):
            if not is_rt3d(key):
                engines.pop(key).close()
    for key, engine in engines.items():
        tell(("checked", key, difference(engine.outputs(), wanted[key])))


class _Files:
    """What the engines of each file are given and should compute, made when the first of them needs it."""

    def __init__(self, case, rt3d, tell):
        self.case, self.rt3d, self.tell = case, rt3d, tell
        self.made = {}

    def task_and_outputs(self, file):
        if file not in self.made:
            task = _task(self.case, file, self.rt3d)
            self.tell(("begin", None, f"the reference outputs of {file.stem}"))
            title, outputs = _reference(self.case, task, self.rt3d)
            self.tell(("reference", None, title))
            self.made[file] = task, outputs
        return self.made[file]


def _task(case, file, rt3d):
    with Model(rt3d, file) as model:
        inputs = model.inputs()
        outputs = [name for name, _ in model.outputs()]
    check_shapes(file, inputs)
    return Task(
        file,
        inputs,
        draw_inputs(inputs, case["options"].seed),
        outputs,
        case["threads"],
        case["cache"],
        case["options"],
    )


def _make(key, task, rt3d):
    if is_rt3d(key):
        from .engine_rt3d import Rt3dEngine  # noqa: PLC0415  (needs numpy, which only workers need)

        accuracy = "exact" if engine_of(key) == "rt3d-exact" else "default"
        return Rt3dEngine(task, rt3d, accuracy if rt3d.has_option("accuracy") else None)
    row = next(row for row in PEERS if row.key == engine_of(key))
    return row.load()(task)


def _reference(case, task, rt3d):
    """Who says what the outputs should be, and the outputs.

    Files in case["own"] hold more than other runtimes read: RT3D without tuning, on one thread, says it there.
    """
    own = task.file in case.get("own", ())
    if case["onnxruntime"] and not own:
        engine, title = _make("onnxruntime", task, rt3d), "ONNX Runtime"
    else:
        key, title = ("rt3d", "RT3D untuned") if own else ("rt3d-exact", "RT3D exact")
        untuned = argparse.Namespace(**{**vars(task.options), "tune": "off", "db": "none"})
        engine = _make(key, dataclasses.replace(task, options=untuned, threads=1), rt3d)
    engine.run()
    outputs = [output.copy() for output in engine.outputs()]
    engine.close()
    return title, outputs


def _prepare(key, task, rt3d, expected):
    start = time.perf_counter()
    engine = _make(key, task, rt3d)
    ready_s = time.perf_counter() - start
    engine.run()
    about = {"ready_s": ready_s, "error": difference(engine.outputs(), expected)}
    if is_rt3d(key):
        about["stats"] = engine.stats()
    return engine, about
