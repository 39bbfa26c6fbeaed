"""Runs of the commands, each a process of its own, as an app's would be."""

import json
import pathlib
import subprocess
import tempfile
import time

from peers.models import ModelError


def first_answer(build, words, mode):
    """Seconds from the beginning of loading to the first output, with a database that is not there yet."""
    with tempfile.TemporaryDirectory(prefix="rt3d-first-run-") as folder:
        database = pathlib.Path(folder) / "empty.db"
        report = command_json(build / "bin/rt3d", ["run", *words, "--db", database, "--tune", mode])
    return (report["load_ns"] + report["first_run_ns"]) * 1e-9


def bench_background(build, words):
    return command_json(build / "bin/rt3d", ["bench", *words, "--tune", "background"])


def tune_fully(build, words):
    """Seconds that it took."""
    start = time.monotonic()
    command_json(build / "bin/rt3d-tune", [*words, "--full"])
    return time.monotonic() - start


def command_json(command, words):
    """What a command prints with --json; raises ModelError with its last line, which names it, where it fails."""
    done = subprocess.run([command, *map(str, words), "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        raise ModelError(lines[-1])
    return json.loads(done.stdout)
