"""Records as rows with speed-ups, and those as text, CSV and Markdown tables.

A record is one of bench/peers (peers/summary.py) with more: case, network, rate (asked for), rates (that came out, by
variant) and, where they are known, phone (milliseconds on a modelled Snapdragon 865, by key).
"""

import csv

from peers.engines import engine_of, is_rt3d
from peers.report import NONE, error_text, number, threads_text
from peers.summary import disturbed, ratio, summarise

from .cases import BEST, DENSE, DIRECT, paper_row, variant_of

BEGIN, END = "<!-- sparsity: begin -->", "<!-- sparsity: end -->"


def _median(record, key, base):
    """How many times as fast as `base` a row is, or nothing when one of them was not measured."""
    ok = all(record["engines"].get(name, {}).get("status") == "ok" for name in (key, base))
    found = ratio(record, key, base) if ok else None
    return found["median"] if found else None


def rows_of(record):
    """One row per key that takes turns, in the record's order.

    over_direct, over_best: speed-up over RT3D's dense exact and dense default run; of_rate: the speed-up over the dense
    run of the same accuracy, as a share of the pruning rate; over_peer: over the fastest peer.
    """
    summary = summarise(record)
    rows = []
    for row in summary["rows"]:
        key = row["engine"]
        engine, variant = engine_of(key), variant_of(key)
        rate = record["rates"].get(variant)
        same_accuracy = _median(record, key, f"{engine}@{DENSE}")
        pruned = rate and variant != DENSE and is_rt3d(key)
        paper = paper_row(record["network"], record["rate"], engine, variant)
        rows.append(
            {
                **row,
                "key": key,
                "variant": variant,
                "rate": rate if pruned else None,
                "over_direct": _median(record, key, DIRECT),
                "over_best": _median(record, key, BEST),
                "of_rate": same_accuracy / rate if pruned and same_accuracy else None,
                "over_peer": summary["ratios"].get(key, {}).get("median"),
                "fastest_peer": bool(summary["peer"]) and summary["peer"]["engine"] == key,
                "paper_ms": paper.ms if paper else None,
                "paper_rate": paper.rate if paper else None,
                "phone_ms": record.get("phone", {}).get(key),
            }
        )
    return rows


def times_text(value):
    return NONE if value is None else f"{value:.2f} ×"


def paper_text(row):
    if row["paper_ms"] is None:
        return NONE
    other = row["rate"] and abs(row["paper_rate"] - row["rate"]) > 0.05
    return f"{row['paper_ms']:.0f}" + (f" ({row['paper_rate']:g} ×)" if other else "")


COLUMNS = (
    ("rate", lambda row: NONE if row["rate"] is None else f"{row['rate']:.2f}"),
    ("ms", lambda row: number(row["ms"]["median"])),
    ("p10–p90", lambda row: f"{number(row['ms']['p10'])}–{number(row['ms']['p90'])}"),
    ("× direct", lambda row: times_text(row["over_direct"])),
    ("× best", lambda row: times_text(row["over_best"])),
    ("of rate", lambda row: NONE if row["of_rate"] is None else f"{100 * row['of_rate']:.0f} %"),
    ("× peer", lambda row: times_text(row["over_peer"])),
    ("error", lambda row: error_text(row["error"])),
    ("paper ms", paper_text),
    ("phone ms", lambda row: number(row["phone_ms"])),
)


def record_text(record):
    """One case with one number of threads, as a block of lines."""
    lines = [f"{record['model']}  {threads_text(record['threads'])}"]
    if record.get("reference"):
        lines[0] += f"  errors against {record['reference']}"
    if record.get("reason"):
        return "\n".join([*lines, f"  {NONE}  {record['reason']}"])
    rows = rows_of(record)
    widest = max(len(row["title"]) for row in rows)
    widths = [max(len(name), 12 if name in ("p10–p90", "paper ms") else 8) for name, _ in COLUMNS]
    heads = "".join(f"{name:>{width + 2}}" for (name, _), width in zip(COLUMNS, widths))
    lines.append(f"  {'':<{widest}}{heads}")
    for row in rows:
        if not row["ms"]:
            lines.append(f"  {row['title']:<{widest}}  {NONE}  {row['reason']}")
            continue
        cells = "".join(f"{text(row):>{width + 2}}" for (_, text), width in zip(COLUMNS, widths))
        complaint = "" if row["status"] == "ok" else f"  FAILED: {row['reason']}"
        mark = "  the fastest peer" if row["fastest_peer"] else ""
        lines.append(f"  {row['title']:<{widest}}{cells}{complaint}{mark}")
    few, count = disturbed(record)
    if few:
        lines.append(f"  {few} of {count} turns were disturbed: other work on this machine took their time")
    return "\n".join(lines)


CSV_COLUMNS = (
    "case",
    "model",
    "threads",
    "engine",
    "variant",
    "rate",
    "status",
    "ms",
    "ms_p10",
    "ms_p90",
    "rounds",
    "over_direct",
    "over_best",
    "of_rate",
    "over_peer",
    "error",
    "paper_ms",
    "paper_rate",
    "phone_ms",
    "reason",
)


def write_csv(records, file):
    """One line per case, number of threads and key."""
    with open(file, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, CSV_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for record in records:
            for row in rows_of(record):
                ms = row["ms"] or {}
                writer.writerow(
                    {
                        **row,
                        "case": record["case"],
                        "model": record["network"],
                        "threads": record["threads"],
                        "engine": engine_of(row["key"]),
                        "ms": ms.get("median"),
                        "ms_p10": ms.get("p10"),
                        "ms_p90": ms.get("p90"),
                    }
                )


def markdown(records, about):
    """A dated table for each case and number of threads."""
    lines = [
        "; ".join(about["device"]) + f". {about['date']}. " + ", ".join(about["versions"]) + ".",
        "",
        "    " + "\n    ".join(about["commands"]),
    ]
    for record in records:
        lines += ["", f"**{record['model']}, {threads_text(record['threads'])}**", ""]
        if record.get("reason"):
            lines.append(f"{NONE} {record['reason']}")
            continue
        lines.append("| | " + " | ".join(name for name, _ in COLUMNS) + " |")
        lines.append("|---|" + "--:|" * len(COLUMNS))
        notes = []
        for row in rows_of(record):
            name = f"*{row['title']}*" if row["fastest_peer"] else row["title"]
            cells = [text(row) if row["ms"] else NONE for _, text in COLUMNS]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
            if row["reason"]:
                notes.append(f"- {row['title']}: {row['reason']}")
        lines += [*([""] if notes else []), *notes]
    return "\n".join(lines) + "\n"
