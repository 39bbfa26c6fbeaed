#!/usr/bin/env python3
"""Judges the OpenCL kernels of a model's plan without a phone: Mesa's compilers for Adreno and Mali say what they make of each, and from
that comes a predicted time per layer and model.

Every time printed is a model figure, never a measurement of a phone; docs/gpu-model.md says what the model knows and what it does not.
"""
import argparse
import json
import os
import pathlib
import signal
import sys

import manifest
import mesa
import model

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GUARDED = ("adreno-650", "adreno-740")
LEAST_SHARE = 0.75  # of the hot loop's slots that multiply, in half arithmetic on an Adreno


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=pathlib.Path, nargs="+", metavar="FOLDER", help="with manifest.json and the .cl sources of one model's plan")
    parser.add_argument("--gpu", action="append", metavar="GPU", help=f"only this one, may be repeated (known: {', '.join(model.GPUS)})")
    parser.add_argument("--mesa", action="append", choices=mesa.SUITES, help="only the Mesa of this suite of Debian (default: both)")
    parser.add_argument("--steps", default="", metavar="TEXT", help="only launches whose step, problem, family or kernel contains TEXT")
    parser.add_argument("--json", action="store_true", help="print everything as JSON instead of tables")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="write the tables there, too")
    parser.add_argument("--guard", action="store_true", help="Adreno only, no tables: exit with 1 and a line for each kernel that spills or, in half "
                        "arithmetic, loses waves of 128; exit with 0 and the reason where Mesa is not unpacked")
    parser.add_argument("--check", action="store_true", help=f"exit with 1 when a kernel spills on any GPU, or misses {100 * LEAST_SHARE:.0f} %% multiply-adds "
                        "or waves of 128 in half arithmetic on an Adreno")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="compilations at once (default: %(default)s)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", metavar="FOLDER", help="where scripts/sysroot-gpu unpacked Mesa (default: build)")
    return parser.parse_args()


class Judged:
    """One launch on one GPU, by each version of Mesa."""

    def __init__(self, launch, gpu, mode, codes):
        self.launch, self.gpu, self.mode = launch, gpu, mode
        self.codes = codes  # by title of the Mesa version; mesa.Failed where there is none
        self.times = {title: {corner: model.time(gpu, code, launch.modelled(mode), corner) for corner in model.CORNERS}
                      for title, code in codes.items() if not isinstance(code, mesa.Failed)}

    def milliseconds(self, title, corner):
        """Of all its launches; None where the kernel does not compile."""
        times = self.times.get(title)
        return times and times[corner].seconds * self.launch.count * 1e3

    def lanes(self, code):
        return model.lanes_of(self.gpu, code, self.launch.modelled(self.mode).local)


def sides(judged, value):
    """A cell of both versions: one text where they agree."""
    texts = ["fails" if isinstance(code, mesa.Failed) else value(title, code) for title, code in judged.codes.items()]
    return texts[0] if len(set(texts)) == 1 else " / ".join(texts)


def per_cent(share):
    return f"{100 * share:.0f} %"


def time_text(ms):
    return "–" if ms is None else f"{ms:.2f}" if ms < 10 else f"{ms:.1f}"


COMMON = {
    "step": lambda j: j.launch.step if j.launch.count == 1 else f"{j.launch.step} ×{j.launch.count}",
    "kernel": lambda j: f"{j.launch.family} {j.launch.kernel}",
    "GMAC": lambda j: f"{j.launch.multiply_adds * j.launch.count / 1e9:.2f}",
    "loop": lambda j: sides(j, lambda _, code: f"{code.loop.slots}" + ("" if code.looping else " (all)")),
    "multiply-adds": lambda j: sides(j, lambda _, code: per_cent(code.loop.share)),
    "loads": lambda j: sides(j, lambda _, code: f"{code.loop.loads}"),
    "loads a multiply-add": lambda j: sides(j, lambda _, code: f"{code.loop.loads / code.loop.multiply_adds:.3f}" if code.loop.multiply_adds else "–"),
    "addresses": lambda j: sides(j, lambda _, code: f"{code.loop.kinds['addresses']}"),
    "moves": lambda j: sides(j, lambda _, code: f"{code.loop.kinds['moves']}"),
}
ADRENO = {
    "waits": lambda j: sides(j, lambda _, code: f"{code.loop.kinds['waits']}"),
    "registers": lambda j: sides(j, lambda _, code: f"{code.registers}"),
    "waves": lambda j: sides(j, lambda _, code: f"{code.waves} × {j.lanes(code)}"),
    "spills:fills": lambda j: sides(j, lambda _, code: f"{code.spills}:{code.fills}"),
}
MALI = {
    "registers": lambda j: sides(j, lambda _, code: f"{code.registers}"),
    "threads": lambda j: sides(j, lambda _, code: "all" if code.threads == 2 else "half"),
    "spills:fills": lambda j: sides(j, lambda _, code: f"{code.spills}:{code.fills}"),
    "unit cycles": lambda j: sides(j, lambda _, code: " ".join(f"{unit} {cycles:.1f}" for unit, cycles in code.cycles.items() if unit not in ("v", "alu"))),
}
TIMES = {
    "ms optimistic": lambda j: sides(j, lambda title, _: time_text(j.milliseconds(title, "optimistic"))),
    "by": lambda j: sides(j, lambda title, _: j.times[title]["optimistic"].bound),
    "ms pessimistic": lambda j: sides(j, lambda title, _: time_text(j.milliseconds(title, "pessimistic"))),
    "by ": lambda j: sides(j, lambda title, _: j.times[title]["pessimistic"].bound),
}


def table(columns, rows):
    lines = ["| " + " | ".join(row) + " |" for row in (columns, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(columns), *lines[1:]])


def table_of(gpu, judged):
    columns = {**COMMON, **(ADRENO if gpu.adreno else MALI), **TIMES}
    return table([name.strip() for name in columns], [[text(j) for text in columns.values()] for j in judged])


def total(judged, title, corner):
    """Of a model; None where a kernel of it does not compile."""
    times = [j.milliseconds(title, corner) for j in judged]
    return None if None in times else sum(times)


def titles_of(judged):
    return list(judged[0].codes) if judged else []


def totals_row(read, gpu, judged):
    def both(text):
        texts = [text(title) for title in titles_of(judged)]
        return texts[0] if len(set(texts)) == 1 else " / ".join(texts)
    gmacs = sum(j.launch.multiply_adds * j.launch.count for j in judged) / 1e9
    best = [t for t in (total(judged, title, "optimistic") for title in titles_of(judged)) if t]
    return (read.model, read.mode, gpu.title, " / ".join(titles_of(judged)), f"{gmacs:.2f}", str(sum(j.launch.count for j in judged)),
            *(both(lambda title, corner=corner: time_text(total(judged, title, corner))) for corner in model.CORNERS),
            per_cent(gmacs * 1e12 / min(best) / model.peak(gpu, read.mode == "half")) if best else "–")


TOTALS = ("model", "mode", "GPU", "Mesa", "GMAC", "launches", "ms optimistic", "ms pessimistic", "of peak, at best")


def tables(results):
    parts = []
    for read, by_gpu in results:
        for gpu, judged in by_gpu.items():
            title = f"{read.model}, {read.mode}, {gpu.title} (Mesa {' / '.join(titles_of(judged))})"
            parts.append(f"## {title}\n\n{table_of(gpu, judged)}")
    parts.append("## Models\n\n" + table(TOTALS, [totals_row(read, gpu, judged) for read, by_gpu in results for gpu, judged in by_gpu.items()]))
    codes = [code for _, by_gpu in results for judged in by_gpu.values() for j in judged for code in j.codes.values()]
    failures = sorted({str(code) for code in codes if isinstance(code, mesa.Failed)})
    parts += [f"does not compile: {line}" for line in failures]
    parts.append("All times are model figures, nothing was measured on a phone: docs/gpu-model.md. 'a / b' are two versions of Mesa.")
    return "\n\n".join(parts)


def as_json(results):
    def code_of(j, title, code):
        if isinstance(code, mesa.Failed):
            return {"error": str(code)}
        return {**code.to_json(), "share": code.loop.share, "lanes_launched": j.lanes(code),
                "times": {corner: {**vars(t), "seconds": t.seconds, "bound": t.bound} for corner, t in j.times[title].items()}}

    def launch_of(judged_of_gpus):
        launch = judged_of_gpus[0].launch
        plain = {**{k: v for k, v in vars(launch).items() if k not in ("source", "grid")}, "source": launch.source.name, "global": launch.grid}
        return {**plain, "gpus": {j.gpu.key: {title: code_of(j, title, code) for title, code in j.codes.items()} for j in judged_of_gpus}}

    models = []
    for read, by_gpu in results:
        totals = {gpu.key: {title: {corner: total(judged, title, corner) for corner in model.CORNERS} for title in titles_of(judged)}
                  for gpu, judged in by_gpu.items()}
        models.append({"model": read.model, "mode": read.mode, "device": read.device, "launches": [launch_of(js) for js in zip(*by_gpu.values())],
                       "milliseconds": totals})
    return json.dumps({"what": "model figures, nothing was measured on a phone", "models": models}, indent=1)


def complaints(results, share):
    """One line for each kernel that a gate stops; with `share` also how much of the loop multiplies."""
    steps = {}
    for read, by_gpu in results:
        for gpu, judged in by_gpu.items():
            for j in judged:
                for title, code in j.codes.items():
                    for what in complaints_of(j, code, share):
                        kernel = (j.launch.source, j.launch.options, f"{j.launch.family} {j.launch.kernel}")
                        steps.setdefault((f"{read.model} {read.mode}", kernel, gpu.title, title, what), []).append(j.launch.step)
    return [f"{which}: {first}{f' and {len(more)} more' if more else ''}, {kernel[-1]} on {gpu} by Mesa {title}: {what}"
            for (which, kernel, gpu, title, what), (first, *more) in steps.items()]


def complaints_of(j, code, share):
    if isinstance(code, mesa.Failed):
        return [f"does not compile: {code}"]
    found = []
    if code.spills or code.fills or code.whole.stack_bytes:
        found.append(f"spills ({code.spills}:{code.fills} stores and loads, {code.whole.stack_bytes} bytes of stack a work-item)")
    if j.gpu.adreno and j.mode == "half" and j.launch.multiply_adds > 0:
        if j.lanes(code) != 128:
            why = f"work-group {j.launch.local}" if model.wide_waves_fit(j.gpu, code.registers, 0) else f"{code.registers} registers"
            found.append(f"waves of {j.lanes(code)} instead of 128 ({why})")
        if share and code.loop.share < LEAST_SHARE:
            found.append(f"{100 * code.loop.share:.1f} % of the loop's slots multiply, wanted {100 * LEAST_SHARE:.0f} %")
    return found


def chosen(read, text):
    return [launch for launch in read.launches if any(text in where for where in (launch.step, launch.problem, launch.family, launch.kernel))]


def judge(reads, gpus, options):
    """[(manifest, {gpu: [Judged]})], everything compiled that is not kept yet."""
    compiler = mesa.Compiler(options.build)
    known = {gpu: mesa.versions(options.build, gpu, options.mesa) for gpu in gpus}
    wanted = dict.fromkeys((gpu, version, launch.source.read_text(), launch.options) for read in reads for launch in chosen(read, options.steps)
                           for gpu, versions in known.items() for version in versions)
    codes = mesa.compile_all(compiler, list(wanted), options.jobs)

    def code_of(launch, gpu, version):
        answer = codes[gpu, version, launch.source.read_text(), launch.options]
        if isinstance(answer, mesa.Failed):
            return mesa.Failed(f"{launch.source.name} [{launch.options}]: {answer}")
        return answer.get(launch.kernel) or mesa.Failed(f"{launch.source.name} [{launch.options}] has no kernel {launch.kernel}")

    return [(read, {gpu: [Judged(launch, gpu, read.mode, {v.title: code_of(launch, gpu, v) for v in versions}) for launch in chosen(read, options.steps)]
                    for gpu, versions in known.items()}) for read in reads]


def unpacked(gpus, options):
    """Those of the GPUs for which there is a compiler, and lines about the others."""
    there = [gpu for gpu in gpus if mesa.versions(options.build, gpu, options.mesa)]
    missing = sorted({mesa.arch_of(gpu) for gpu in gpus if gpu not in there})
    return there, [f"Mesa is not unpacked in {options.build}/sysroot-gpu-{arch}: scripts/sysroot-gpu {arch}" for arch in missing]


def guard(reads, options):
    there, missing = unpacked([model.GPUS[key] for key in GUARDED], options)
    if missing:
        print(f"report: guard skipped: {missing[0]}")
        return 0
    try:
        results = judge(reads, there, options)
    except mesa.Missing as error:
        print(f"report: guard skipped: {error}")
        return 0
    found = complaints(results, share=False)
    for line in found:
        print(line)
    kernels = {(launch.source, launch.options, launch.kernel) for read in reads for launch in read.launches}
    if not found:
        print(f"report: {len(kernels)} kernels spill nothing and keep their waves")
    return 1 if found else 0


def report(reads, options):
    gpus = [manifest.known_gpu(key) for key in options.gpu or model.GPUS]
    there, missing = unpacked(gpus, options)
    for line in missing:
        print(f"report: {line}", file=sys.stderr)
    if not there:
        return 2
    results = judge(reads, there, options)
    text = tables(results)
    print(as_json(results) if options.json else text)
    if options.markdown:
        options.markdown.write_text(text + "\n")
    if not options.check:
        return 0
    found = complaints(results, share=True)
    for line in found:
        print(f"gate missed: {line}", file=sys.stderr if options.json else sys.stdout)
    return 1 if found else 0


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    options = arguments()
    try:
        reads = [manifest.read(folder) for folder in options.folders]
        return guard(reads, options) if options.guard else report(reads, options)
    except (manifest.Error, mesa.Missing, mesa.Failed) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
