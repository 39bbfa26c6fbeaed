"""Models of finished runs, timed by turns in one go: runs end at different times, and a machine is not always alike."""

import json
import statistics
import subprocess
import sys

ROUNDS = 7


def bench(options, model):
    """The median of a few runs, ns; at default accuracy."""
    command = [str(options.build / "bin/rt3d"), "bench", str(model), "--json", "--runs", "30", "--threads", str(options.threads),
               "--db", str(options.out / "times.db")]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def summary(found):
    ns = sorted(f["median_ns"] for f in found)
    return {"ns": statistics.median(ns), "least_ns": ns[0], "most_ns": ns[-1]}


def measure(runs, cells, options):
    """Adds to the results `times`: of each model the median over rounds, and the range; in each round every model has its turn."""
    pruned, dense = runs.models(cells)
    found = {file: [] for file in [*dense.values(), *pruned.values()]}
    for done in range(ROUNDS + 1):
        for model, rounds in found.items():
            one = bench(options, model)
            if done > 0:  # the first one tunes
                rounds.append(one)
        print(f"times: {done} of {ROUNDS} rounds of {len(found)} models", file=sys.stderr, flush=True)
    for cell, model in pruned.items():
        runs.kept.add(cell, {"times": {
            "threads": options.threads, "device": found[model][0]["device"], "rounds": ROUNDS,
            "dense": summary(found[dense[cell.network, cell.seed]]), "pruned": summary(found[model])}})
