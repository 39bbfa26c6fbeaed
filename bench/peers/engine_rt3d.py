"""RT3D through its C API, in this process; at its default accuracy, or exact."""

import numpy

from .binding import Model, Session
from .engine import Engine

TUNINGS = {"off": "RT3D_TUNE_OFF", "quick": "RT3D_TUNE_QUICK", "full": "RT3D_TUNE_FULL"}


class Rt3dEngine(Engine):
    """`accuracy` is "exact", "default", or None for a library that has one accuracy only; `db`, if given, is the database
    instead of the options'."""

    def __init__(self, task, rt3d, accuracy, db=None):
        given = task.options
        options = {"threads": task.threads, "tuning": rt3d.header.constants[TUNINGS[given.tune]]}
        if given.isa:
            options["isa"] = given.isa
        if db or given.db:
            options["database"] = "" if (db or given.db) == "none" else db or given.db
        if getattr(given, "profile", False):
            options["profile"] = 1
        if accuracy:
            options["accuracy"] = rt3d.accuracy(accuracy)
        with Model(rt3d, task.file) as model:
            self.session = Session(model, **options)
        for index, (name, _) in enumerate(task.inputs):
            self.session.set_input(index, task.arrays[name])
        self.run = self.session.run

    def outputs(self):
        return [
            numpy.array(self.session.output(index), numpy.float32)
            for index in range(len(self.session.outputs))
        ]

    def stats(self):
        return self.session.stats()

    def close(self):
        self.session.close()
