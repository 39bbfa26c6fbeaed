"""From what was measured to what is reported: medians, spreads, ratios. report.py and plot.py show them.

A record is one model with one number of threads, as command.py collects it and --json keeps it:
  model threads macs reference
  engines: {key: {title version status reason error ready_s}}
  rounds: [{peak turns: {key: {ms runs cores}}}]
"""

import statistics

from .engines import is_rt3d

MOST_OF_A_CORE = 0.9


def percentile(values, percent):
    """With linear interpolation between neighbours."""
    ordered = sorted(values)
    at = (len(ordered) - 1) * percent / 100
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def spread(values):
    """Median with the 10th and 90th percentile, or nothing of nothing."""
    if not values:
        return None
    return {"median": statistics.median(values), "p10": percentile(values, 10), "p90": percentile(values, 90)}


def turns_of(record, key):
    """The engine's turns with the round that each belongs to."""
    return [(round_, round_["turns"][key]) for round_ in record["rounds"] if key in round_["turns"]]


def disturbed(record):
    """How many turns got less than most of one core, which no runtime does by itself; and of how many."""
    cores = [turn["cores"] for round_ in record["rounds"] for turn in round_["turns"].values()]
    return sum(share < MOST_OF_A_CORE for share in cores), len(cores)


def engine_row(record, key):
    """What the report says of one engine."""
    engine = record["engines"][key]
    taken = turns_of(record, key)
    row = {
        "engine": key,
        "title": engine["title"],
        "version": engine["version"],
        "status": engine["status"],
        "reason": engine.get("reason"),
        "error": engine.get("error"),
        "rounds": len(taken),
        "ms": spread([turn["ms"] for _, turn in taken]),
        "percent_of_peak": None,
        "cores": None,
    }
    if taken:
        row["cores"] = statistics.median(turn["cores"] for _, turn in taken)
        if record.get("macs"):
            row["percent_of_peak"] = statistics.median(
                2e-4 * record["macs"] / (turn["ms"] * round_["peak"]) for round_, turn in taken
            )
    return row


def fastest_peer(rows):
    """The row of the peer with the smallest median among those whose outputs agree."""
    peers = [row for row in rows if not is_rt3d(row["engine"]) and row["status"] == "ok" and row["ms"]]
    return min(peers, key=lambda row: row["ms"]["median"], default=None)


def ratio(record, key, peer):
    """How many times as fast as `peer` an engine is, from the ratio of each round that has both."""
    ratios = [
        round_["turns"][peer]["ms"] / turn["ms"]
        for round_, turn in turns_of(record, key)
        if peer in round_["turns"]
    ]
    return spread(ratios)


def summarise(record):
    """The record's rows, its fastest peer's row or None, the RT3D engines' ratios to it, and the peak."""
    rows = [engine_row(record, key) for key in record["engines"]]
    peer = fastest_peer(rows)
    ratios = {}
    for row in rows:
        if peer and is_rt3d(row["engine"]) and row["status"] == "ok":
            found = ratio(record, row["engine"], peer["engine"])
            if found:
                ratios[row["engine"]] = found
    return {
        "rows": rows,
        "peer": peer,
        "ratios": ratios,
        "peak": spread([round_["peak"] for round_ in record["rounds"]]),
    }
