"""From what the user names, an ONNX file or an architecture of `make-model`, to a file with inputs."""

import hashlib
import json
import pathlib
import subprocess


class ModelError(RuntimeError):
    """A model that cannot be made or compared; the text says why and what would do."""


def run_rt3d(command, *words):
    """Runs the rt3d command; its complaint as text, or nothing."""
    try:
        done = subprocess.run(
            [str(command), *map(str, words)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    except OSError as error:
        raise ModelError(
            f"cannot run {command}: {error.strerror}; build it with: cmake --preset release && "
            "cmake --build --preset release, or name it with --rt3d"
        ) from None
    return None if done.returncode == 0 else (done.stderr.strip() or f"exit status {done.returncode}")


def make_model(command, name, file):
    """Writes an architecture; its complaint as text, or nothing."""
    return run_rt3d(command, "make-model", name, "-o", file)


def named(models, command):
    """The models of the command line, "all" replaced by the architectures that can be made."""
    known = known_names(command) if "all" in models else []
    if "all" in models and not known:
        raise ModelError(f"{command} make-model --list names no architectures; is it built?")
    return [name for model in models for name in (known if model == "all" else [model])]


def known_names(command):
    """The architectures that the command can make; none when it cannot be run."""
    try:
        listed = subprocess.run(
            [str(command), "make-model", "--list", "--json"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return []
    return [row["name"] for row in json.loads(listed.stdout)["models"]]


def find_model(name, command, folder):
    """The ONNX file of a path or a name; a name's file is made in `folder` once and kept."""
    path = pathlib.Path(name)
    if path.suffix == ".onnx" or path.is_file():
        if not path.is_file():
            raise ModelError(f"there is no file {path}")
        return path.resolve()
    file = folder / f"{name}.onnx"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        complaint = make_model(command, name, unfinished)
        if complaint:
            raise ModelError(f"{name} is neither an ONNX file nor an architecture: {complaint}")
        unfinished.rename(file)
    return file


def converted_folder(file, folder, converter):
    """Where `converter` (its name and version) may keep what it makes of this very file."""
    about = file.stat()
    key = hashlib.sha1(f"{file} {about.st_size} {about.st_mtime_ns} {converter}".encode()).hexdigest()[:10]
    made = folder / "converted" / f"{file.stem}-{key}"
    made.mkdir(parents=True, exist_ok=True)
    return made


def check_shapes(file, inputs):
    """Refuses inputs, (name, dims) each, whose shape is not known."""
    for name, dims in inputs:
        if any(size < 1 for size in dims):
            raise ModelError(
                f"{file.name}: the input '{name}' has the free shape {list(dims)}; give it a fixed one: "
                f"python3 -m onnxruntime.tools.make_dynamic_shape_fixed {file} fixed.onnx "
                f"--input_name {name} --input_shape 1,3,16,112,112"
            )


def draw_inputs(inputs, seed):
    """Normally distributed float32 arrays for inputs given as (name, dims), drawn in order from one seed."""
    import numpy  # noqa: PLC0415  (the rest of this file needs the standard library only)

    random = numpy.random.default_rng(seed)
    return {name: random.standard_normal(dims, dtype=numpy.float32) for name, dims in inputs}
