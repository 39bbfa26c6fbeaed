"""What the comparison asks of an engine, and the table's row type."""

import dataclasses
import importlib.metadata
import importlib.util
import pathlib
import subprocess


class EngineError(RuntimeError):
    """An engine cannot take this model; the text is the one line that the report shows."""


@dataclasses.dataclass
class Task:
    """One model with one number of threads, for every engine alike."""

    file: pathlib.Path
    inputs: list  # (name, dims), in the model's order
    arrays: dict  # name -> float32 array
    output_names: list
    threads: int
    cache: pathlib.Path  # converted models are kept below it
    options: object  # of the command


class Engine:
    """A model made ready in one runtime. Inputs are set at construction; `run` computes, `outputs` reads."""

    def __init__(self, task):
        raise NotImplementedError

    def run(self):
        raise NotImplementedError

    def outputs(self):
        """The last run's outputs in the model's order, as float32 arrays of any shape."""
        raise NotImplementedError

    def close(self):
        """Gives memory and threads back where the runtime has a way to."""


@dataclasses.dataclass(frozen=True)
class EngineRow:
    """A row of the table in engines.py."""

    key: str  # on the command line
    title: str
    modules: tuple  # that must be importable
    packages: tuple  # on PyPI, the first gives the version
    load: object  # () -> Engine class, imported only when used

    def missing(self):
        """The packages that are not installed."""
        if all(importlib.util.find_spec(module) for module in self.modules):
            return ()
        pairs = zip(self.modules, self.packages)
        return tuple(package for module, package in pairs if not importlib.util.find_spec(module))

    def version(self):
        return importlib.metadata.version(self.packages[0])


def convert(log, *command):
    """Runs a converter; raises EngineError with its most telling line when it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=900,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"{pathlib.Path(words[0]).name} did not end within 15 minutes") from None
    log.write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        telling = [
            line for line in lines if "error" in line.lower() or "not support" in line.lower()
        ] or lines
        reason = telling[-1][:160] if telling else "no explanation"
        raise EngineError(f"{pathlib.Path(words[0]).name} ended with {done.returncode}: {reason}")
