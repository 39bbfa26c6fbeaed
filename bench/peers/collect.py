"""Runs a case in a worker process and collects its record; a crash or hang costs one engine, not the case."""

import multiprocessing
import signal
import sys

from .agreement import objection
from .engines import PEERS, RT3D_TITLES, is_rt3d
from .worker import work

PATIENCE_S = 1800  # without a word from a peer; RT3D may tune for longer


class Broken(RuntimeError):
    """The case as a whole cannot be measured."""


class Died(Exception):
    """The worker is gone: `key`, while `doing`, `how`."""

    def __init__(self, key, doing, how):
        super().__init__(how)
        self.key, self.doing, self.how = key, doing, how


def collect(case, versions):
    """One case's record. `case` as worker.work takes it; `versions` by engine."""
    record = {
        "model": case["title"],
        "threads": case["threads"],
        "rounds": [],
        "engines": {
            key: {"title": case["titles"][key], "version": versions[key], "status": "ok"}
            for key in case["engines"]
        },
    }
    remaining = list(case["engines"])
    while True:
        try:
            _listen({**case, "engines": remaining}, record)
            return record
        except Died as death:
            if death.key not in remaining:
                record["reason"] = f"the worker {death.how} while {death.doing} was being prepared"
                return record
            remaining.remove(death.key)
            _fail(record, death.key, f"{death.how} while {death.doing}")
            record["rounds"] = []
        except Broken as broken:
            record["reason"] = str(broken)
            return record


def _fail(record, key, reason, status="failed"):
    record["engines"][key].update(status=status, reason=reason)


def _listen(case, record):
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(case, theirs))
    process.start()
    theirs.close()
    doing = (None, "starting")
    try:
        while True:
            if not pipe.poll(None if doing[0] and is_rt3d(doing[0]) else PATIENCE_S):
                raise Died(*doing, f"said nothing for {PATIENCE_S // 60} minutes")
            try:
                event, key, data = pipe.recv()
            except EOFError:
                process.join()
                raise Died(*doing, _ending(process.exitcode)) from None
            if event == "begin":
                doing = (key, data)
                _show(f"{case['title']}, {case['threads']} threads: {case['titles'].get(key, '')} {data}")
            elif event == "broken":
                raise Broken(data)
            elif event == "done":
                return
            else:
                _note(record, event, key, data)
    finally:
        _show("")
        process.terminate()
        process.join()
        pipe.close()


def _show(text):
    """What is going on, on a terminal, in a line that the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _ending(code):
    if code is not None and code < 0:
        return f"crashed ({signal.Signals(-code).name})"
    return f"ended the process with {code}"


def _judge(record, key, error):
    """Notes an engine's error, the worst so far, and whether it still counts. JSON has no infinity."""
    record["engines"][key]["error"] = min(error, sys.float_info.max)
    complaint = objection(error)
    if complaint:
        _fail(record, key, complaint, "disagrees")


def _note(record, event, key, data):
    rounds, engines = record["rounds"], record["engines"]
    if event == "reference":
        titles = record.get("reference", "").split(", ") + [data]
        record["reference"] = ", ".join(dict.fromkeys(title for title in titles if title))
    elif event == "failed":
        _fail(record, key, data)
    elif event == "ready":
        stats = data.pop("stats", None)
        engines[key]["ready_s"] = data["ready_s"]
        if stats:
            record["macs"] = stats["macs"]
        _judge(record, key, data["error"])
    elif event == "checked":
        _judge(record, key, max(data, engines[key]["error"]))
    elif event == "peak":
        rounds.append({"peak": data, "turns": {}})
    elif event == "turn":
        rounds[-1]["turns"][key] = data


def installed(wanted, say):
    """The rows of `wanted` (None: all) that are installed; says what is missing and how to get it."""
    rows = [row for row in PEERS if wanted is None or row.key in wanted]
    missing = {row.title: row.missing() for row in rows if row.missing()}
    if missing:
        packages = " ".join(dict.fromkeys(package for packages in missing.values() for package in packages))
        say(
            f"not installed: {', '.join(missing)}; to have them: scripts/peers VENV_DIR, "
            f"or python3 -m pip install {packages}"
        )
    return [row for row in rows if row.title not in missing]


def rt3d_versions(rt3d):
    return {key: rt3d.text("rt3d_version") for key in RT3D_TITLES}
