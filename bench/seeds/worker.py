"""One model with one number of threads: sessions tuned here, by seeds of here, by seeds of a machine of another name, and by estimates.

Runs in a process of its own, with the standard library alone. Each session has an empty database of its own; sessions take turns.
"""

import array
import ctypes
import pathlib
import random
import tempfile

from peers import turns
from peers.binding import Model, Rt3d, Session
from peers.worker import one_line

from .rows import is_quiet, rename_device

TUNED, SEEDED, RENAMED, ESTIMATED = "tuned here", "its seeds", "renamed seeds", "estimates"
KEYS = (TUNED, SEEDED, RENAMED, ESTIMATED)


def work(case, pipe):
    """`case`: library, header, file, threads, options. Sends a record or a text."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            pipe.send(_measure(case, pathlib.Path(folder)))
    except Exception as error:  # noqa: BLE001  (whatever it is, the parent reports it)
        pipe.send(one_line(error, 1000))


def _measure(case, folder):
    options = case["options"]
    rt3d = Rt3d(case["library"], case["header"])
    with Model(rt3d, case["file"]) as model:
        inputs = [_draw(dims, options.seed + index) for index, (_, dims) in enumerate(model.inputs())]
        sessions = {TUNED: _session(rt3d, model, case, options.tune, folder / "tuned.db", None)}
        rows = _export(rt3d, folder / "tuned.db")
        (folder / "seeds.tsv").write_text(rows, encoding="utf-8")
        (folder / "renamed.tsv").write_text(rename_device(rows), encoding="utf-8")
        sessions[SEEDED] = _session(rt3d, model, case, "quick", None, folder / "seeds.tsv")
        sessions[RENAMED] = _session(rt3d, model, case, "quick", None, folder / "renamed.tsv")
        sessions[ESTIMATED] = _session(rt3d, model, case, "off", None, None)
    for session in sessions.values():
        for index, data in enumerate(inputs):
            session.set_input(index, data)
    rounds = []
    for index in range(options.rounds):
        taken = {}
        for key in turns.rotated(list(KEYS), index):
            turns.settle()
            taken[key] = turns.take_turn(sessions[key].run, options.seconds)
        rounds.append(taken)
    return {
        "rounds": rounds,
        "measurements": {key: session.stats()["measurements"] for key, session in sessions.items()},
        "create_ms": {key: session.stats()["create_ns"] * 1e-6 for key, session in sessions.items()},
        "rows_quiet": is_quiet(rows),
    }


def _draw(dims, seed):
    generator = random.Random(seed)
    count = 1
    for size in dims:
        count *= max(size, 1)
    return array.array("f", (generator.random() for _ in range(count)))


def _session(rt3d, model, case, tune, database, seeds):
    constants = {"off": "RT3D_TUNE_OFF", "quick": "RT3D_TUNE_QUICK", "full": "RT3D_TUNE_FULL"}
    given = {
        "threads": case["threads"],
        "tuning": rt3d.header.constants[constants[tune]],
        "database": str(database) if database else "",
    }
    if database and case["options"].limit:
        given["tuning_limit_ms"] = case["options"].limit * 1000
    files = (ctypes.c_char_p * 1)(str(seeds).encode()) if seeds else None
    if files:
        given.update(seeds=ctypes.cast(files, ctypes.c_void_p), seed_count=1)
    return Session(model, **given)


def _export(rt3d, database):
    pointer = ctypes.c_void_p
    rt3d.dll.rt3d_db_open.argtypes = [ctypes.POINTER(pointer), ctypes.c_char_p, ctypes.c_int32]
    rt3d.dll.rt3d_db_export.argtypes, rt3d.dll.rt3d_db_export.restype = [pointer], ctypes.c_char_p
    rt3d.dll.rt3d_db_free.argtypes, rt3d.dll.rt3d_db_free.restype = [pointer], None
    opened = pointer()
    rt3d.call("rt3d_db_open", ctypes.byref(opened), str(database).encode(), 0)
    text = rt3d.dll.rt3d_db_export(opened).decode()
    rt3d.dll.rt3d_db_free(opened)
    return text
