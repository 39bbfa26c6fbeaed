"""What the phone kit measured (results.json of scripts/phone-kit's run.sh), beside the model figures of report.py, and as seed rows."""
import csv
import json
import pathlib
import statistics

KIT_SCHEMA = 1
MODELS = ("n1_19", "n1_22")
# What docs/aarch64.md prints of a Snapdragon 865's four big cores, in ms (--figures: the CSVs of other runs).
PRINTED = {("c3d", "default"): (103, 107), ("c3d", "exact"): (439, 439), ("c3d", "half"): (84, 89)}
SEED_HEAD = "rt3d-tuning\t2"
SEED_FIELDS = 10
WINDOW_S = 10  # of the sustained run's end


class Unusable(Exception):
    """Says in one line what is wrong with the file, and what to do."""


def load(path):
    try:
        results = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} cannot be read ({error}): give the results.json of a phone kit") from error
    if not isinstance(results, dict) or results.get("kind") != "phone-kit":
        raise Unusable(f"{path} is no phone kit's results.json")
    if results["kit_schema"] != KIT_SCHEMA:
        raise Unusable(f"{path} is of schema {results['kit_schema']}, this report reads {KIT_SCHEMA}: use the checkout of commit {results.get('commit')}")
    return results


def figures(folder):
    """Model figures in ms by (network, accuracy): steps by name where there is a CSV <network>-<accuracy>.csv of report.py --csv."""
    totals, steps = dict(PRINTED), {}
    for path in sorted(folder.glob("*.csv")) if folder else []:
        network, _, accuracy = path.stem.rpartition("-")
        by_name = {}
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                sums = by_name.setdefault(row["step"], [0.0] * len(MODELS))
                for i, model in enumerate(MODELS):
                    sums[i] += float(row[f"ms {model}"] or "nan")
        totals[network, accuracy] = tuple(sum(sums[i] for sums in by_name.values()) for i in range(len(MODELS)))
        steps[network, accuracy] = by_name
    return totals, steps


def hottest(reading):
    known = [c for c in reading["celsius"] if c is not None and 0 < c < 150]  # absent sensors say -273 or 0
    return max(known) if known else None


def key(step):
    return step["network"].removeprefix("small-"), step["accuracy"]


COLUMNS = ("network", "accuracy", "cores", "checked", "ms", "P90 ms", "of peak", *(f"ms {m}, 865" for m in MODELS), "°C before", "°C after")


def bench_row(step, totals):
    bench, model = step["report"]["bench"], (None, None)
    if not step["network"].startswith("small-") and step["cores"]["name"] in ("fast", "all"):
        model = totals.get(key(step), model)
    return (step["network"], step["accuracy"], f"{step['cores']['name']} x {step['threads']}", "right" if step["checked"] else "WRONG",
            bench["median_ns"] * 1e-6, bench["p90_ns"] * 1e-6, bench["percent_of_peak"] / 100, *model,
            hottest(step["heat"]["before"]), hottest(step["heat"]["after"]))


def layer_rows(step, by_name):
    """The phone's layers beside the model's, by name: what one name does (copies before it, too) is one row."""
    rows = {}
    for layer in step["report"]["bench"]["layers"]:
        row = rows.setdefault(layer["name"], [[], 0.0])
        row[0].append(layer["family"])
        row[1] += layer["ns"] * 1e-6
    return [(name, ", ".join(families), ms, *by_name.get(name, (None, None))) for name, (families, ms) in rows.items()]


LAYER_COLUMNS = ("layer", "family", "ms", *(f"ms {m}, 865" for m in MODELS))


def sustained_lines(step):
    windows = step["report"]["sustained"]["windows"]
    last = windows[-1][0]
    begin = statistics.median(ms for at, _, ms, _ in windows if at <= min(2, last))
    end = statistics.median(ms for at, _, ms, _ in windows if at >= last - min(WINDOW_S, last))
    lines = [f"Sustained: {step['network']}, {step['cores']['name']} x {step['threads']}, {last:.0f} s: {begin:.1f} ms at the beginning, "
             f"{end:.1f} ms in the last {WINDOW_S} s ({end / begin:.2f} x)"]
    series = step["heat"].get("series", [])
    temperatures = [hottest(reading) for reading in series if hottest(reading) is not None]
    if temperatures:
        lines.append(f"  hottest zone {temperatures[0]:.1f} °C at the beginning, {max(temperatures):.1f} °C at most")
    return lines


def troubles(results):
    found = []
    for step in results["steps"]:
        if step["checked"] is not True:
            worst = [c for c in step.get("report", {}).get("checks", []) if not c["right"]]
            why = (step.get("skipped") or step.get("error") or
                   "; ".join(f"{c['accuracy']}: {c['largest_difference']:.1e} of the range, limit {c['limit']:.0e}" for c in worst) or "not right")
            found.append(f"{step['id']}: {why}")
    if not results["finished"]:
        found.append("the kit did not finish: run it again, it goes on")
    return found


def head(results):
    facts = results["facts"]
    properties = facts["properties"]
    name = " ".join(properties[p] for p in ("ro.product.manufacturer", "ro.product.model") if p in properties) or "no Android"
    soc = " ".join(properties[p] for p in ("ro.soc.manufacturer", "ro.soc.model") if p in properties) or properties.get("ro.board.platform", "SoC unknown")
    sets = ", ".join(f"{s['name']} {len(s['cpus'])}" for s in results["core_sets"])
    checked = sum(step["checked"] is True for step in results["steps"])
    lines = [f"{name}, {soc}; {facts['device']}; {facts.get('kernel', 'kernel unknown')}", f"cores: {sets}; {facts['memory_bytes'] >> 20} MiB",
             f"RT3D {results['version']}, commit {results['commit']}, {results['date']}: {checked} of {len(results['steps'])} steps are checked and right"]
    if results["quick"]:
        lines.append("A trial of the kit with small networks: these times say nothing about the phone.")
    return lines


def seed_rows(results):
    """Of the sets that an app's threads run on: the first of the list, then all cores; lines in the order of the text form."""
    wrong = [step["id"] for step in results["steps"] if step["checked"] is not True and "report" in step]
    if wrong:
        raise Unusable(f"no seeds: outputs are wrong in {', '.join(wrong)}")
    wanted = [results["core_sets"][0]["name"], "all"]
    rows = {}
    for name in wanted:
        for seeds in results["seeds"]:
            if seeds["cores"]["name"] != name:
                continue
            first, *lines = seeds["rows"].rstrip("\n").split("\n")
            if first != SEED_HEAD:
                raise Unusable(f"no seeds: rows begin with {first!r}, this report knows {SEED_HEAD!r}")
            for line in lines:
                if line.startswith("#") or not line:
                    continue
                fields = line.split("\t")
                if len(fields) != SEED_FIELDS:
                    raise Unusable(f"no seeds: a row has {len(fields)} fields: {line[:80]!r}")
                rows.setdefault(tuple(fields[:4]), line)
    return [rows[place] for place in sorted(rows)]


def provenance(results):
    """The comments that the kit's exports begin with, each once, and who measured in more words."""
    lines = [line for seeds in results["seeds"] for line in seeds["rows"].split("\n") if line.startswith("#")]
    return [*dict.fromkeys(lines), *(f"# {line}" for line in head(results))]


def write_seeds(results, path):
    rows = seed_rows(results)
    if not rows:
        raise Unusable("no seeds: nothing was tuned")
    path.write_text("\n".join([SEED_HEAD, *provenance(results), *rows, ""]))
    return len(rows)


def report(path, folder, table):
    """Lines to print and whether all is right. `table` makes text of columns and rows."""
    results = load(path)
    totals, steps = figures(folder)
    benches = [step for step in results["steps"] if step["kind"] == "bench" and "report" in step]
    lines = [*head(results), "", table(COLUMNS, [bench_row(step, totals) for step in benches]), "",
             "of peak: products of the direct method over the multiply-add peak of the same run; fast methods and zeros may pass 100 %.",
             "ms n1_19, n1_22: model figures of a Snapdragon 865's four big cores (docs/aarch64.md), of no other phone; "
             "half: by instructions alone."]
    for step in benches:
        if key(step) in steps and step["cores"] == results["core_sets"][0] and step["threads"] == len(step["cores"]["cpus"]):
            lines += ["", f"{step['network']}, {step['accuracy']}:", "", table(LAYER_COLUMNS, layer_rows(step, steps[key(step)]))]
    for step in results["steps"]:
        if step["kind"] == "sustained" and "report" in step:
            lines += ["", *sustained_lines(step)]
    found = troubles(results)
    return [*lines, *(["", *found] if found else [])], not found
