"""The command: finds library, models and engines, measures case by case, writes the reports after each."""

import datetime
import importlib.util
import json
import os
import sys

from .binding import Rt3d
from .collect import collect, installed, rt3d_versions
from .engines import TITLES, rt3d_keys
from .models import ModelError, find_model, named
from .options import ROOT, as_command, parse
from .plot import plot
from .report import markdown, record_text, write_csv, write_markdown

LIBRARY_PLACES = ("src/api", "lib", "lib64", ".", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu")


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
    return found[0], own if own.is_file() else ROOT / "include/rt3d/rt3d.h"


def choose_accuracy(options, rt3d):
    """The RT3D engines of --accuracy; a library without the option has one engine."""
    if rt3d.has_option("accuracy"):
        return rt3d_keys(options.accuracy)
    if options.accuracy != "default":
        say("this librt3d has one accuracy, and it is exact: measured once")
    return ("rt3d",)


def measure(options, report):
    """Measures every model with every number of threads; calls `report(records)` after each."""
    library, header = library_and_header(options.build)
    rt3d = Rt3d(library, header)
    peers = installed(options.engines, say)
    keys = [
        *(choose_accuracy(options, rt3d) if not options.engines or "rt3d" in options.engines else ()),
        *(row.key for row in peers),
    ]
    versions = {**rt3d_versions(rt3d), **{row.key: row.version() for row in peers}}
    device = rt3d.text("rt3d_device_text")
    say(f"{device}\n" + "  ".join(f"{TITLES[key]} {versions[key]}" for key in keys))
    busy = os.getloadavg()[0]
    if busy > 0.5:
        say(f"the machine is busy (load {busy:.1f}): times and ratios are worth less")
    command = options.build / "bin/rt3d"
    files = [find_model(name, command, options.models_dir) for name in named(options.models, command)]
    isa = f" (RT3D: {options.isa})" if options.isa else ""
    logs = options.models_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    records = []
    for file in files:
        for threads in options.threads:
            case = {
                "title": title_of(file) + isa,
                "file": file,
                "threads": threads,
                "engines": keys,
                "cache": options.models_dir,
                "options": options,
                "log": str(logs / f"{title_of(file)}-{threads}.log"),
                "library": library,
                "header": header,
                "onnxruntime": importlib.util.find_spec("onnxruntime") is not None,
            }
            record = collect(case, versions)
            record.update(
                device=device,
                load=busy,
                command=as_command(options),
                isa=options.isa,
                date=datetime.date.today().isoformat(),
            )
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


def write_reports(options, records):
    """The files that were asked for."""
    if options.json:
        options.json.write_text(json.dumps({"records": records}, indent=1) + "\n", encoding="utf-8")
    if options.csv:
        write_csv(records, options.csv)
    if options.markdown:
        engines = [engine for record in records for engine in record["engines"].values()]
        about = {
            "device": distinct(record["device"] for record in records),
            "date": ", ".join(distinct(r["date"] for r in records)),
            "commands": distinct(record["command"] for record in records),
            "versions": distinct(f"{engine['title']} {engine['version']}" for engine in engines),
        }
        write_markdown(markdown(records, about), options.markdown)
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
        and all(
            engine["status"] == "ok" for key, engine in record["engines"].items() if key.startswith("rt3d")
        )
        for record in records
    )


def main(words=None):
    options = parse(words)
    if options.models and not importlib.util.find_spec("numpy"):
        sys.exit(
            "peers: numpy is missing: python3 -m pip install numpy; with all engines: scripts/peers VENV_DIR"
        )
    try:
        earlier = read_records(options.sources)
        for record in earlier if not options.models else ():
            say(f"\n{record_text(record)}")
        if options.models:
            new = measure(options, lambda records: write_reports(options, _merged(earlier, records)))
        else:
            new = []
            write_reports(options, earlier)
    except ModelError as error:
        sys.exit(f"peers: {error}")
    except KeyboardInterrupt:
        sys.exit("\npeers: interrupted; the reports have the cases that were finished")
    return 0 if passed(_merged(earlier, new)) else 1


def _merged(earlier, records):
    replaced = {(record["model"], record["threads"]) for record in records}
    return [*(record for record in earlier if (record["model"], record["threads"]) not in replaced), *records]
