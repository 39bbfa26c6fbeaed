"""The tables, as Markdown."""

import re
import statistics

from .cells import METHODS, NETWORKS, SCHEMES

BEGIN, END = "<!-- tables: python3 bench/pruning -->", "<!-- end of the tables -->"


def model_of(result, name, accuracy="default"):
    return next(m for m in result["models"] if m["name"] == name and m["accuracy"] == accuracy)


def top1(result, name="pruned"):
    return 100 * model_of(result, name)["top1"]["share"]


def run_ms(result, name="pruned"):
    """As all models were measured by turns, or, where they were not, as the run itself measured its own at its end."""
    times = result.get("times")
    return times[name]["ns"] * 1e-6 if times else model_of(result, name)["run_ns"] * 1e-6


def percent_text(values):
    """The mean, and the spread over seeds where there are several."""
    if not values:
        return ""
    mean = statistics.fmean(values)
    return f"{mean:.1f} ± {statistics.stdev(values):.1f}" if len(values) > 1 else f"{mean:.1f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def by_seed(results, network, method, scheme, rate):
    return [r for c, r in results.items() if (c.network, c.method, c.scheme, c.rate) == (network, method, scheme, rate)]


def methods_table(results, network, rate):
    rows = []
    for method, title in METHODS.items():
        row = [title]
        for scheme in SCHEMES:
            found = by_seed(results, network, method, scheme, rate)
            cut = percent_text([100 * r["after_cut"]["share"] for r in found])
            end = percent_text([top1(r) for r in found])
            row.append(f"{cut} → {end}" if found else "")
        if any(row[1:]):
            rows.append(row)
    return table(["top-1, %: after the cut → retrained", *SCHEMES.values()], rows) if rows else ""


def time_table(results, network):
    rows = []
    for scheme, title in SCHEMES.items():
        for cell, result in sorted(results.items(), key=lambda item: item[0].rate):
            if (cell.network, cell.scheme, cell.seed) != (network, scheme, NETWORKS[network].seeds[0]):
                continue
            rows.append([title, METHODS[cell.method], f"{result['rate']:.2f} ×", f"{top1(result):.1f}", f"{run_ms(result):.2f}",
                         f"{run_ms(result, 'dense') / run_ms(result):.2f} ×"])
    return table(["scheme", "method", "fewer multiply-adds", "top-1, %", "ms", "faster than dense"], rows) if rows else ""


def dense_line(results, network):
    found = {c.seed: r for c, r in results.items() if c.network == network}
    shares = [top1(r, "dense") for r in found.values()]
    first = next(iter(found.values()))
    videos = model_of(first, "dense")["top1"]["videos"]
    return (f"Dense: {percent_text(shares)} % of {videos} held-out clips, {run_ms(first, 'dense'):.2f} ms a clip, "
            f"{first['macs'] / 1e6:.0f} million multiply-adds in the layers that may be pruned. Protocol: {first['protocol']}.")


def training_line(results, network):
    """How long was trained; runs of several commands may differ."""
    found = {(r.get("train"), r.get("prune_epochs")) for c, r in results.items() if c.network == network}
    said = [f"{train} clips, epochs of regularizing and retraining: {epochs}" for train, epochs in sorted(found, key=str)]
    return f"Trained with {'; with '.join(said)}."


def tables(results):
    parts = []
    for name, network in NETWORKS.items():
        if not any(cell.network == name for cell in results):
            continue
        parts += [f"### {network.title}", f"{dense_line(results, name)}\n{training_line(results, name)}"]
        for rate in network.rates:
            if text := methods_table(results, name, rate):
                parts += [f"At {rate} × fewer multiply-adds:", text]
        if text := time_table(results, name):
            parts += ["Against measured time (one seed, default accuracy):", text]
    return "\n\n".join(parts)


def put(file, text):
    """Between the marks of a Markdown file. Raises ValueError where it has none."""
    old = file.read_text(encoding="utf-8")
    pattern = re.escape(BEGIN) + ".*" + re.escape(END)
    if not re.search(pattern, old, re.DOTALL):
        raise ValueError(f"{file} has no line {BEGIN!r}")
    file.write_text(re.sub(pattern, lambda _: f"{BEGIN}\n\n{text}\n\n{END}", old, flags=re.DOTALL), encoding="utf-8")
