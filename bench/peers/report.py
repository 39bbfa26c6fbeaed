"""Summaries as text, CSV and a Markdown table."""

import csv
import pathlib

from .engines import RT3D_TITLES, TITLES
from .summary import disturbed, summarise

BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"
NONE = "–"
MORE_CORES = 0.15  # than threads: something else in the process ran too


def number(value):
    """Milliseconds and the like with three significant digits, never in scientific notation."""
    if value is None:
        return NONE
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def error_text(error):
    return NONE if error is None else "0" if error == 0 else f"{error:.1e}"


def threads_text(count):
    return f"{count} thread" if count == 1 else f"{count} threads"


def ratio_text(found):
    return f"{found['median']:.2f} × ({found['p10']:.2f}–{found['p90']:.2f})"


def record_text(record):
    """One model with one number of threads, as a block of lines."""
    summary = summarise(record)
    about = [record["model"], threads_text(record["threads"])]
    if record.get("macs"):
        about.append(f"{record['macs'] / 1e9:.2f} GMAC")
    if summary["peak"]:
        about.append("peak {median:.0f} GFLOP/s ({p10:.0f}–{p90:.0f})".format(**summary["peak"]))
    if record.get("reference"):
        about.append(f"errors against {record['reference']}")
    lines = ["  ".join(about)]
    if record.get("reason"):
        return "\n".join([*lines, f"  {NONE}  {record['reason']}"])
    lines.append(
        f"  {'engine':<13}{'ms':>8}  {'p10–p90':<15}{'% of peak':>9}{'cores':>7}{'error':>10}{'rounds':>8}"
    )
    lines += ["  " + row_text(row, record["threads"]) for row in summary["rows"]]
    for key, found in summary["ratios"].items():
        lines.append(
            f"  {TITLES[key]} is {ratio_text(found)} as fast as {summary['peer']['title']}, the fastest peer"
        )
    few, count = disturbed(record)
    if few:
        lines.append(f"  {few} of {count} turns were disturbed: other work on this machine took their time")
    return "\n".join(lines)


def row_text(row, threads):
    if not row["ms"]:
        return f"{row['title']:<13}{NONE:>8}  {row['reason']}"
    percent = NONE if row["percent_of_peak"] is None else f"{row['percent_of_peak']:.0f}"
    between = f"{number(row['ms']['p10'])}–{number(row['ms']['p90'])}"
    error = error_text(row["error"])
    cores = f"{row['cores']:.2f}" + ("!" if row["cores"] > threads + MORE_CORES else "")
    text = f"{row['title']:<13}{number(row['ms']['median']):>8}  {between:<15}"
    text += f"{percent:>9}{cores:>7}{error:>10}{row['rounds']:>8}"
    return text if row["status"] == "ok" else f"{text}  FAILED: {row['reason']}"


def write_csv(records, file):
    """One line per model, number of threads and engine."""
    columns = [
        "model",
        "threads",
        "engine",
        "version",
        "status",
        "ms",
        "ms_p10",
        "ms_p90",
        "rounds",
        "cores",
        "error",
        "percent_of_peak",
        "peak_gflops",
        "macs",
        "fastest_peer",
        "ratio",
        "ratio_p10",
        "ratio_p90",
        "reason",
    ]
    with open(file, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        for record in records:
            summary = summarise(record)
            for row in summary["rows"]:
                ms, found = row["ms"] or {}, summary["ratios"].get(row["engine"], {})
                writer.writerow(
                    {
                        "model": record["model"],
                        "threads": record["threads"],
                        "macs": record.get("macs"),
                        **{
                            key: row[key]
                            for key in (
                                "engine",
                                "version",
                                "status",
                                "rounds",
                                "cores",
                                "error",
                                "percent_of_peak",
                                "reason",
                            )
                        },
                        "ms": ms.get("median"),
                        "ms_p10": ms.get("p10"),
                        "ms_p90": ms.get("p90"),
                        "peak_gflops": summary["peak"]["median"] if summary["peak"] else None,
                        "fastest_peer": summary["peer"]["engine"] if found else None,
                        "ratio": found.get("median"),
                        "ratio_p10": found.get("p10"),
                        "ratio_p90": found.get("p90"),
                    }
                )


def markdown(records, about):
    """A dated table of times with their share of the peak, and why an engine is missing."""
    keys = [key for key in TITLES if any(key in record["engines"] for record in records)]
    rt3d = [key for key in keys if key in RT3D_TITLES]
    lines = [
        "; ".join(about["device"]) + f". {about['date']}. " + ", ".join(about["versions"]) + ".",
        "",
        "    " + "\n    ".join(about["commands"]),
        "",
        "| model | threads | "
        + " | ".join(TITLES[key] for key in keys)
        + " | "
        + " | ".join(f"{TITLES[key]}'s speed ÷ fastest peer's | error" for key in rt3d)
        + " |",
        "|---|--:|" + "--:|" * len(keys) + "---|--:|" * len(rt3d),
    ]
    notes = []
    for record in records:
        summary = summarise(record)
        rows = {row["engine"]: row for row in summary["rows"]}
        cells = [record["model"], str(record["threads"])]
        for key in keys:
            row = rows.get(key)
            cells.append(_cell(row, summary["peer"]))
            if row and row["reason"]:
                notes.append(
                    f"- {record['model']}, {threads_text(record['threads'])}: {row['title']}: {row['reason']}"
                )
        for key in rt3d:
            found, row = summary["ratios"].get(key), rows.get(key)
            cells.append(f"**{ratio_text(found)}**" if found else NONE)
            cells.append(error_text(row["error"] if row else None))
        if record.get("reason"):
            notes.append(f"- {record['model']}, {threads_text(record['threads'])}: {record['reason']}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def _cell(row, peer):
    """Milliseconds, the fastest peer's in italics, with the percentage of the peak."""
    if not row or not row["ms"]:
        return NONE
    ms = number(row["ms"]["median"])
    if row["status"] != "ok":
        return f"({ms})"
    if peer and row["engine"] == peer["engine"]:
        ms = f"*{ms}*"
    return ms if row["percent_of_peak"] is None else f"{ms} ({row['percent_of_peak']:.0f} %)"


def write_markdown(text, file, begin=BEGIN, end=END):
    """Between the two marks of an existing file that has them; otherwise the text is the file."""
    path = pathlib.Path(file)
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    if begin in old and end in old.split(begin, 1)[1]:
        before, rest = old.split(begin, 1)
        text = f"{before}{begin}\n{text}{end}{rest.split(end, 1)[1]}"
    path.write_text(text, encoding="utf-8")
