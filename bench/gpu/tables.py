"""Judged launches as Markdown and as JSON."""
import json

import gates
import mesa
import model


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


def table_of(gpu, judged, common=COMMON):
    columns = {**common, **(ADRENO if gpu.adreno else MALI), **TIMES}
    return table([name.strip() for name in columns], [[text(j) for text in columns.values()] for j in judged])


def total(judged, title, corner):
    """Of a model; None where a kernel of it does not compile."""
    times = [j.milliseconds(title, corner) for j in judged]
    return None if None in times else sum(times)


def titles_of(judged):
    return list(judged[0].codes) if judged else []


LEAST_PART = 0.01  # of a model's multiply-adds: what kernels below it do with their slots is not in the summary


def fully_occupied(j, code):
    """Adreno: waves of 128; Mali: all threads."""
    return j.lanes(code) == 128 if j.gpu.adreno else code.threads == 2


def multiplying(judged):
    return [j for j in judged if j.launch.multiply_adds > 0]


def count_of(judged, title, holds):
    """"3 of 16", of the launches whose kernels compile."""
    codes = [(j, j.codes[title]) for j in judged if not isinstance(j.codes[title], mesa.Failed)]
    return f"{sum(1 for j, code in codes if holds(j, code))} of {len(codes)}"


def least_share(judged, title):
    products = sum(j.launch.multiply_adds * j.launch.count for j in judged)
    shares = [j.codes[title].loop.share for j in multiplying(judged)
              if j.launch.multiply_adds * j.launch.count >= LEAST_PART * products and not isinstance(j.codes[title], mesa.Failed)]
    return per_cent(min(shares)) if shares else "–"


def of_peak(read, gpu, judged, title):
    milliseconds, products = total(judged, title, "optimistic"), sum(j.launch.multiply_adds * j.launch.count for j in judged)
    return per_cent(products / (milliseconds / 1e3) / model.peak(gpu, read.mode == "half")) if milliseconds else "–"


SUMMARY = {  # of a model on a GPU by a version of Mesa
    "ms optimistic": lambda read, gpu, judged, title: time_text(total(judged, title, "optimistic")),
    "ms pessimistic": lambda read, gpu, judged, title: time_text(total(judged, title, "pessimistic")),
    "of peak": of_peak,
    "least multiply-adds": lambda read, gpu, judged, title: least_share(judged, title),
    "spilling": lambda read, gpu, judged, title: count_of(judged, title, lambda _, code: gates.spilling(code)),
    # To an Adreno's sums in floats waves of 64 are as good.
    "full occupancy": lambda read, gpu, judged, title: "–" if gpu.adreno and read.mode == "float" else count_of(multiplying(judged), title, fully_occupied),
}


def summary_row(read, gpu, judged):
    def both(value):
        texts = [value(read, gpu, judged, title) for title in titles_of(judged)]
        return texts[0] if len(set(texts)) == 1 else " / ".join(texts)
    gmacs = sum(j.launch.multiply_adds * j.launch.count for j in judged) / 1e9
    return (read.model, read.mode, gpu.title, " / ".join(titles_of(judged)), f"{gmacs:.2f}", str(sum(j.launch.count for j in judged)),
            *(both(value) for value in SUMMARY.values()))


def summary(results):
    rows = [summary_row(read, gpu, judged) for read, by_gpu in results for gpu, judged in by_gpu.items() if judged]
    return table(("model", "mode", "GPU", "Mesa", "GMAC", "launches", *SUMMARY), rows)


def tables(results):
    parts = []
    for read, by_gpu in results:
        for gpu, judged in by_gpu.items():
            title = f"{read.model}, {read.mode}, {gpu.title} (Mesa {' / '.join(titles_of(judged))})"
            parts.append(f"## {title}\n\n{table_of(gpu, judged)}")
    parts.append(f"## Models\n\n{summary(results)}")
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
