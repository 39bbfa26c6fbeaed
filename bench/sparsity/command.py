"""The command: makes the models of a case, measures them by turns with the peers, writes the reports after each."""

import csv
import json
import pathlib
import tempfile

from peers.command import about, find_setting, measure_case, run, say
from peers.engines import TITLES
from peers.models import ModelError, find_model
from peers.report import write_markdown

from .cases import CASES, DENSE, VARIANTS, key_of
from .making import make_pruned
from .options import as_command, parse
from .plot import plot
from .report import BEGIN, END, markdown, record_text, write_csv

PHONE_COLUMN = "ms n1_22"  # of bench/arm/report.py --csv


def measure(options, report):
    """Measures every case with every number of threads; calls `report(records)` after each."""
    setting = find_setting(options)
    records = []
    for case in CASES:
        if case.name not in options.cases:
            continue
        options.models_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=options.models_dir) as folder:
            made = _make(case, options, setting, pathlib.Path(folder))
            for threads in options.threads:
                record = _measure_one(case, options, setting, made, threads)
                records.append(record)
                add_phone(options, [record])
                say(f"\n{record_text(record)}")
                report(records)
    return records


def _make(case, options, setting, folder):
    """The keys that take turns with their files and titles; the rates that came out; and what cannot be made."""
    command = options.build / "bin/rt3d"
    dense = find_model(case.model, command, options.models_dir)
    made = {"files": {}, "titles": {}, "rates": {DENSE: 1.0}, "failed": {}, "own": []}
    for variant in VARIANTS:
        keys = [key_of(engine, variant.key) for engine in variant.engines if engine in setting.rt3d]
        file = dense
        if variant.key != DENSE:
            sparsity = variant.sparsity(case.rate, options.published)
            if variant.key not in options.variants or not sparsity:
                continue
            file = folder / f"{case.name}-{variant.key}.onnx"
            say(f"making {file.name}")
            try:
                made["rates"][variant.key] = make_pruned(command, case.model, sparsity, 1, file)
            except ModelError as error:
                made["failed"].update(dict.fromkeys(keys, str(error)))
                file = None
        for key in keys:
            made["titles"][key] = title(key, variant)
            if file:
                made["files"][key] = file
        if file and variant.scheme.startswith("winograd"):
            made["own"].append(file)
    for peer in setting.peers:
        made["files"][key_of(peer, DENSE)] = dense
        made["titles"][key_of(peer, DENSE)] = f"{TITLES[peer]}, dense"
    return made


def title(key, variant):
    return f"{variant.title}, {'exact' if key.startswith('rt3d-exact') else 'default'}"


def _measure_one(case, options, setting, made, threads):
    suffix = " published" if options.published else ""
    name = f"{case.name}{suffix}" + (f" {options.isa}" if options.isa else "")
    record = measure_case(setting, options, name, made["files"], made["titles"], threads, made["own"])
    for key, reason in made["failed"].items():
        record["engines"][key] = {
            "title": made["titles"][key],
            "version": setting.versions[key.split("@")[0]],
            "status": "failed",
            "reason": reason,
        }
    record.update(
        case=case.name, network=case.model, rate=case.rate, rates=made["rates"], command=as_command(options)
    )
    return record


def add_phone(options, records):
    """Notes the modelled times of --phone in the records of their cases."""
    for case, key, file in options.phone:
        try:
            with file.open(newline="", encoding="utf-8") as steps:
                ms = sum(float(row[PHONE_COLUMN]) for row in csv.DictReader(steps))
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"{file} is not what bench/arm/report.py --csv writes: {error}") from None
        for record in records:
            if record["case"] == case:
                record.setdefault("phone", {})[key] = ms


def write_reports(options, records):
    """The files that were asked for."""
    add_phone(options, records)
    if options.json:
        options.json.write_text(json.dumps({"records": records}, indent=1) + "\n", encoding="utf-8")
    if options.csv:
        write_csv(records, options.csv)
    if options.markdown:
        write_markdown(markdown(records, about(records)), options.markdown, BEGIN, END)
    if options.plot:
        try:
            plot(records, options.plot, "; ".join(about(records)["device"]))
        except ImportError:
            options.plot = None
            say("no chart: matplotlib is missing; python3 -m pip install matplotlib")


def main(words=None):
    options = parse(words)
    return run(options, "sparsity", options.cases, measure, record_text, write_reports)
