#!/usr/bin/env python3
"""Judges the AArch64 code of a model's plan without an Arm core: its hot loops by llvm-mca, what each step executes by counting under
qemu-aarch64, and from both a predicted time per layer on the four big cores of a Snapdragon 865.

Every time printed is a model figure, never a measurement of a phone; docs/aarch64.md says what the model knows and what it does not.
"""
import argparse
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import counts
import loops
import phone
import phone_report

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GATES = {"n1_19": 0.95, "n1_22": 0.85}  # least share of the FMLA bound, by model, for loops that multiplying bounds
LEAST_SHARE = 0.002  # of all loop cycles: loops below it are judged and in the CSV, but not printed
MOST_EXECUTED = {False: 1.05, True: 1.08}  # FMLAs executed / ideal, for convolutions, dense and sparse


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, nargs="?", help="an ONNX file with static shapes")
    parser.add_argument("--phone", type=pathlib.Path, metavar="FILE", help="instead of a model: a phone kit's results.json, beside model figures (docs/android.md)")
    parser.add_argument("--figures", type=pathlib.Path, metavar="FOLDER", help="with --phone: CSVs of --csv, named NETWORK-ACCURACY.csv (default: the times in docs/aarch64.md)")
    parser.add_argument("--seeds", type=pathlib.Path, metavar="FILE", help="with --phone: write what the phone tuned as rows for sessions and for tuning_db/seeds")
    parser.add_argument("--accuracy", choices=["exact", "default", "half"], default="default",
                        help="exact: direct convolutions only; default: Winograd too; half: also 16-bit arithmetic (default: %(default)s)")
    parser.add_argument("--steps", default="", metavar="TEXT", help="only steps whose name, problem or family contains TEXT")
    parser.add_argument("--seconds", type=int, default=0, metavar="S",
                        help="break each step off after S seconds of processor time and scale its counts to the ideal number of FMLAs; 0: never (default)")
    parser.add_argument("--threads", type=int, default=4, metavar="N", help="for which the plan is made; one runs it (default: %(default)s)")
    parser.add_argument("--no-lines", action="store_true", help="leave the caches out: quicker, and times by instructions alone")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/aarch64", metavar="FOLDER", help="of the preset aarch64 (default: build/aarch64)")
    parser.add_argument("--cpu", default="cortex-a76", help="for qemu (default: %(default)s)")
    parser.add_argument("--csv", type=pathlib.Path, metavar="FILE", help="write the steps as CSV")
    parser.add_argument("--loops-csv", type=pathlib.Path, metavar="FILE", help="write the hot loops as CSV, alike ones as one")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="write both tables as Markdown")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE", help="draw the predicted times (needs matplotlib)")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="keep listings and counts there; a folder with counts is not counted again")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a loop or a convolution misses its gate, with 3 when llvm-mca is missing; with --phone: with 1 when a result is not there or not right")
    return parser.parse_args()


def needed_tool(name, package):
    path = shutil.which(name)
    if not path:
        sys.exit(f"report: {name} is missing: install {package} (scripts/setup test arm-report)")
    return path


def build(options):
    """The program to count in, and the plugin that counts."""
    if not (options.build / "CMakeCache.txt").exists():
        sys.exit(f"report: {options.build} is not configured: scripts/sysroot-aarch64 && cmake --preset aarch64")
    subprocess.run([needed_tool("cmake", "cmake"), "--build", options.build, "--target", "rt3d-arm-steps"], check=True, stdout=subprocess.DEVNULL)
    plugin = options.build / "count_plugin.so"
    subprocess.run([needed_tool("cc", "g++"), "-std=c11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-o", plugin,
                    pathlib.Path(__file__).with_name("count_plugin.c")], check=True)
    return options.build / "tests/rt3d-arm-steps", plugin


def count(options, folder):
    program, plugin = build(options)
    caches = [f"{level}={size}" for level, size in phone.CACHES.items()]
    command = [needed_tool("qemu-aarch64", "qemu-user"), "-cpu", options.cpu, "-L", ROOT / "build/sysroot-aarch64",
               "-plugin", ",".join([str(plugin), f"out={folder / 'counts.txt'}", f"lines={'off' if options.no_lines else 'on'}", *caches]),
               program, options.model, folder / "steps.tsv", "standard" if options.accuracy == "default" else options.accuracy, options.threads, options.seconds, options.steps]
    environment = {**os.environ, "RT3D_DUMP": str(folder), "RT3D_PERF": "map", "RT3D_KEEP_CODE": "1"}
    done = subprocess.run(list(map(str, command)), env=environment)
    if done.returncode != 0:
        sys.exit(f"report: counting ended with status {done.returncode}")


def predicted(step, model):
    if step.counts is None or any(model not in loop.cycles for loop, _ in step.iterations.values()):
        return None
    return phone.time(step.loop_cycles(model), step.counts["instructions"] - step.loop_instructions, step.counts)


STEP_COLUMNS = ("step", "family", "schedule", "instructions", "FMLA", "FMLA share", "executed / ideal", "L1 lines", "L2 lines", "L3 lines",
                "written back", "ms n1_19", "ms n1_22", "bound by", "of peak")


def step_row(step):
    """Of numbers and texts; None where a figure does not apply."""
    c = step.counts
    times = [predicted(step, model) for model in GATES]
    ideal = step.ideal_fmlas
    return (step.name, step.family, step.schedule, c["instructions"], c["fmla"], c["fmla"] / max(1, c["instructions"]),
            "scaled" if step.broken_off else c["fmla"] / ideal if ideal else None, c["l1"], c["l2"], c["l3"], c["writeback"],
            *(t and t.seconds * 1e3 for t in times), times[-1] and times[-1].bound,
            c["fmla"] * 4 / times[-1].seconds / phone.peak_macs() if times[-1] and step.ideal_fmlas else None)


LOOP_COLUMNS = ("loop", "instructions", "FMLA", "FMLA share", *(f"cycles/FMLA {m}" for m in loops.MODELS), *(f"of bound {m}" for m in loops.MODELS),
                "cycles/FMLA A55 slots", "of all loop cycles")


def alike(all_loops):
    """Groups of loops that are the same code: tiles differ only in what surrounds their loops."""
    groups = {}
    for loop in all_loops:
        groups.setdefault(loop.code, []).append(loop)
    return list(groups.values())


def loop_row(group, cycles):
    loop = group[0]
    name = loop.name if len(group) == 1 else f"{loop.name} and {len(group) - 1} alike"
    share = sum(cycles[other.name] for other in group) / max(1, sum(cycles.values()))
    each = [loop.cycles.get(m) for m in loops.MODELS]
    return (name, len(loop.body), loop.fmlas, loop.fmlas / len(loop.body), *(c / loop.fmlas if c and loop.fmlas else None for c in each),
            *(loop.share_of_fmla_bound(m) if loop.by_fmla else None for m in loops.MODELS), loop.a55_cycles / loop.fmlas if loop.fmlas else None, share)


def text_of(value, column):
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if "share" in column or column.startswith("of "):
        return f"{100 * value:.1f} %"
    if isinstance(value, int):
        return f"{value}" if value < 1e6 else f"{value / 1e6:.1f} M"
    return f"{value:.3f}" if "/" in column else f"{value:.2f}"


def table(columns, rows):
    cells = [columns, *([text_of(v, c) for v, c in zip(row, columns)] for row in rows)]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(columns), *lines[1:]])


def totals(steps, model):
    times = [predicted(step, model) for step in steps]
    return None if None in times else sum(t.seconds for t in times) * 1e3


def complaints(steps, all_loops):
    found = []
    for loop in all_loops:
        for model, gate in GATES.items():
            share = loop.share_of_fmla_bound(model)
            if loop.by_fmla and share is not None and share < gate:
                found.append(f"{loop.name}: {100 * share:.1f} % of the FMLA bound in {model}, wanted {100 * gate:.0f} %")
    for step in steps:
        most = MOST_EXECUTED["sparse" in step.family]
        if step.problem.startswith("Conv ") and not step.broken_off and step.counts["fmla"] > most * step.ideal_fmlas:
            found.append(f"{step.name}: {step.counts['fmla'] / step.ideal_fmlas:.3f} x the ideal number of FMLAs, wanted {most}")
    return found


def summary(options, steps):
    lines = [f"{options.model.name}, accuracy {options.accuracy}, plan for {options.threads} threads without tuning. All times are model figures."]
    for model in GATES:
        total = totals(steps, model)
        _, _, meaning = loops.MODELS[model]
        lines.append(f"Predicted on a Snapdragon 865's four big cores by {model} ({meaning}): " + ("–" if total is None else f"{total:.0f} ms"))
    if any(step.broken_off for step in steps):
        lines.append("Steps marked 'scaled' were broken off; their counts are scaled to the ideal number of FMLAs.")
    return "\n".join(lines)


def plot(path, steps):
    try:
        import matplotlib
    except ImportError:
        sys.exit("report: --plot needs matplotlib (scripts/setup arm-report)")
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(9, 1 + 0.28 * len(steps)))
    places = range(len(steps))
    times = [predicted(step, "n1_22") for step in steps]
    for part, height in (("core", 0.8), ("lines", 0.5), ("memory", 0.2)):
        axes.barh(places, [getattr(t, part) * 1e3 for t in times], height, label=part)
    axes.set_yticks(places, [step.name for step in steps])
    axes.invert_yaxis()
    axes.set_xlabel("ms on four Cortex-A77 (model figures, LLVM 22's neoverse-n1)")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def write_csv(path, columns, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def report(options, folder):
    if not (folder / "counts.txt").exists():
        count(options, folder)
    steps, code = counts.read_plan(folder / "steps.tsv")
    listings = counts.read_listings(folder)
    counts.read_counts(folder / "counts.txt", steps, code, listings)
    steps = [step for step in steps if step.counts]
    all_loops = [loop for group in listings.values() for loop in group]
    loops.judge(all_loops)
    cycles = {loop.name: 0 for loop in all_loops}
    for step in steps:
        for name, (loop, n) in step.iterations.items():
            cycles[name] += n * loop.cycles.get("n1_22", len(loop.body))
    step_rows = [step_row(step) for step in steps]
    loop_rows = sorted((loop_row(group, cycles) for group in alike(all_loops)), key=lambda row: -row[-1])
    worth_printing = [row for row in loop_rows if row[-1] >= LEAST_SHARE]
    tables = f"{table(STEP_COLUMNS, step_rows)}\n\n{table(LOOP_COLUMNS, worth_printing)}\n\n{summary(options, steps)}"
    print(tables)
    if options.markdown:
        options.markdown.write_text(tables + "\n")
    if options.csv:
        write_csv(options.csv, STEP_COLUMNS, step_rows)
    if options.loops_csv:
        write_csv(options.loops_csv, LOOP_COLUMNS, loop_rows)
    if options.plot and not loops.missing_packages():
        plot(options.plot, steps)
    missing = loops.missing_packages()
    if missing:
        print(f"report: without llvm-mca of {', '.join(missing)}: its columns are empty; install with: scripts/setup arm-report", file=sys.stderr)
    found = complaints(steps, all_loops)
    for line in found:
        print(f"gate missed: {line}")
    return 0 if not options.check else 3 if missing else 1 if found else 0


def report_phone(options):
    try:
        lines, right = phone_report.report(options.phone, options.figures, table)
        text = "\n".join(lines)
        print(text)
        if options.markdown:
            options.markdown.write_text(text + "\n")
        if options.seeds:
            rows = phone_report.write_seeds(phone_report.load(options.phone), options.seeds)
            print(f"\n{options.seeds}: {rows} rows")
    except phone_report.Unusable as error:
        sys.exit(f"report: {error}")
    return 1 if options.check and not right else 0


def main():
    options = arguments()
    if options.phone:
        sys.exit(report_phone(options))
    if not options.model:
        sys.exit("report: give an ONNX file, or --phone FILE")
    if not options.model.exists():
        sys.exit(f"report: there is no {options.model}; write one with: rt3d make-model NAME -o FILE")
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        sys.exit(report(options, options.keep))
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(report(options, pathlib.Path(folder)))


if __name__ == "__main__":
    main()
