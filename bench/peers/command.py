"""The command: finds library, models and engines, measures case by case, writes the reports after each."""

import dataclasses
import datetime
import importlib.util
import json
import os
import pathlib
import sys

from .binding import Rt3d
from .collect import collect, installed, rt3d_versions
from .engines import TITLES, engine_of, is_rt3d, rt3d_keys
from .models import ModelError, find_model, named
from .options import ROOT, as_command, parse
from .plot import plot
from .report import markdown, record_text, write_csv, write_markdown

LIBRARY_PLACES = ("src/api", "lib", "lib64", ".", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu")
BUSY = 0.5  # the load from which on others disturb


def say(text):
    print(text, flush=True)


def library_and_header(build):
    """librt3d.so and the header that belongs to it, of a build tree or an installation."""
    found = [
        build / place / "librt3d.so" for place in LIBRARY_PLACES if (build / place / "librt3d.so").is_file()
    ]
    if not found:
        raise ModelError(
            f"there is no librt3d.so in {build}; build it with: cmake --preset release && "
            "cmake --build --preset release, or name another build tree with --build"
        )
    own = build / "include/rt3d/rt3d.h"
    return found[0], own if own.is_file() else source_of(build) / "include/rt3d/rt3d.h"


def source_of(build):
    """The source tree that a build tree belongs to."""
    cache = build / "CMakeCache.txt"
    lines = cache.read_text(encoding="utf-8").splitlines() if cache.is_file() else []
    mark = "CMAKE_HOME_DIRECTORY:INTERNAL="
    return next((pathlib.Path(line[len(mark) :]) for line in lines if line.startswith(mark)), ROOT)


def choose_accuracy(options, rt3d):
    """The RT3D engines of --accuracy; a library without the option has one engine."""
    if rt3d.has_option("accuracy"):
        return rt3d_keys(options.accuracy)
    if options.accuracy != "default":
        say("this librt3d has one accuracy, and it is exact: measured once")
    return ("rt3d",)


@dataclasses.dataclass
class Setting:
    """What is the same for all cases of a run."""

    library: pathlib.Path
    header: pathlib.Path
    rt3d: tuple  # keys of the RT3D engines
    peers: tuple  # and of the peers
    versions: dict  # by key
    device: str
    busy: float


def find_setting(options):
    """Finds library and engines, and says what they are."""
    library, header = library_and_header(options.build)
    rt3d = Rt3d(library, header)
    peers = installed(options.engines, say)
    ours = choose_accuracy(options, rt3d) if not options.engines or "rt3d" in options.engines else ()
    setting = Setting(
        library,
        header,
        ours,
        tuple(row.key for row in peers),
        {**rt3d_versions(rt3d), **{row.key: row.version() for row in peers}},
        rt3d.text("rt3d_device_text"),
        os.getloadavg()[0],
    )
    engines = [f"{TITLES[key]} {setting.versions[key]}" for key in (*setting.rt3d, *setting.peers)]
    say(f"{setting.device}\n" + "  ".join(engines))
    if setting.busy > BUSY:
        say(f"the machine is busy (load {setting.busy:.1f}): times and ratios are worth less")
    return setting


def measure_case(setting, options, title, files, titles, threads, own=()):
    """The record of one case: `files` and `titles` by the keys that take turns; `own` files only RT3D understands."""
    logs = options.models_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    case = {
        "title": title,
        "files": files,
        "titles": titles,
        "own": own,
        "threads": threads,
        "engines": list(files),
        "cache": options.models_dir,
        "options": options,
        "log": str(logs / f"{title}-{threads}.log"),
        "library": setting.library,
        "header": setting.header,
        "onnxruntime": importlib.util.find_spec("onnxruntime") is not None,
    }
    record = collect(case, {key: setting.versions[engine_of(key)] for key in files})
    record.update(
        device=setting.device, load=setting.busy, isa=options.isa, date=datetime.date.today().isoformat()
    )
    return record


def measure(options, report):
    """Measures every model with every number of threads; calls `report(records)` after each."""
    setting = find_setting(options)
    command = options.build / "bin/rt3d"
    files = [find_model(name, command, options.models_dir) for name in named(options.models, command)]
    isa = f" (RT3D: {options.isa})" if options.isa else ""
    records = []
    for file in files:
        for threads in options.threads:
            each = dict.fromkeys((*setting.rt3d, *setting.peers), file)
            record = measure_case(setting, options, title_of(file) + isa, each, TITLES, threads)
            record["command"] = as_command(options)
            records.append(record)
            say(f"\n{record_text(record)}")
            report(records)
    return records


def read_records(files):
    """The records of earlier runs; of two with the same model and number of threads the later counts."""
    records = {}
    for file in files:
        try:
            for record in json.loads(file.read_text(encoding="utf-8"))["records"]:
                records[record["model"], record["threads"]] = record
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{file} is not what --json writes: {error}") from None
    return list(records.values())


def title_of(file):
    """A file's name, or its folder's where the file is called just model.onnx."""
    return file.stem if file.stem != "model" else file.parent.name


def distinct(values):
    return list(dict.fromkeys(values))


def about(records):
    """What the heading of a table tells of the run."""
    versions = {
        key: f"{TITLES[engine_of(key)]} {engine['version']}"
        for record in records
        for key, engine in record["engines"].items()
    }
    return {
        "device": distinct(record["device"] for record in records),
        "date": ", ".join(distinct(record["date"] for record in records)),
        "commands": distinct(record["command"] for record in records),
        "versions": distinct(versions.values()),
    }


def write_reports(options, records):
    """The files that were asked for."""
    if options.json:
        options.json.write_text(json.dumps({"records": records}, indent=1) + "\n", encoding="utf-8")
    if options.csv:
        write_csv(records, options.csv)
    if options.markdown:
        write_markdown(markdown(records, about(records)), options.markdown)
    if options.plot:
        try:
            plot(records, options.plot, "; ".join(distinct(record["device"] for record in records)))
        except ImportError:
            options.plot = None
            say("no chart: matplotlib is missing; python3 -m pip install matplotlib")


def passed(records):
    """Whether every case was measured and RT3D's outputs agree in all."""
    return all(
        not record.get("reason")
        and all(engine["status"] == "ok" for key, engine in record["engines"].items() if is_rt3d(key))
        for record in records
    )


def run(options, name, asked, measure_all, show, write):
    """The course of a command `name`: earlier records, new ones if any are `asked` for, reports; the exit status.

    measure_all(options, report) measures and calls report(records) after each; show(record) gives the text of
    one; write(options, records) writes the files.
    """
    if asked and not importlib.util.find_spec("numpy"):
        sys.exit(
            f"{name}: numpy is missing: python3 -m pip install numpy; with all engines: scripts/peers VENV_DIR"
        )
    try:
        earlier = read_records(options.sources)
        for record in earlier if not asked else ():
            say(f"\n{show(record)}")
        if asked:
            new = measure_all(options, lambda records: write(options, _merged(earlier, records)))
        else:
            new = []
            write(options, earlier)
    except ModelError as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"\n{name}: interrupted; the reports have the cases that were finished")
    return 0 if passed(_merged(earlier, new)) else 1


def _merged(earlier, records):
    replaced = {(record["model"], record["threads"]) for record in records}
    return [*(record for record in earlier if (record["model"], record["threads"]) not in replaced), *records]


def main(words=None):
    options = parse(words)
    return run(options, "peers", options.models, measure, record_text, write_reports)
