"""A bar chart: how fast every engine is beside the fastest peer, model by model. Needs matplotlib."""

from .engines import RT3D_TITLES, TITLES
from .report import number, threads_text
from .summary import ratio, summarise

COLOURS = {
    "rt3d": "#d1495b",
    "rt3d-exact": "#edae49",
    "onnxruntime": "#30638e",
    "openvino": "#003d5b",
    "torch": "#7a9e9f",
    "mnn": "#5c946e",
    "ncnn": "#9a8c98",
}


def plot(records, file, title):
    """Writes the chart, in the format of the file's suffix. Raises ImportError without matplotlib."""
    import matplotlib  # noqa: PLC0415  (optional)

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    counts = sorted({record["threads"] for record in records})
    widest = max(sum(record["threads"] == count for record in records) for count in counts)
    figure, panels = pyplot.subplots(
        len(counts),
        1,
        squeeze=False,
        figsize=(max(7.0, 1.7 * widest + 2), 3.4 * len(counts) + 0.6),
        layout="constrained",
    )
    for panel, count in zip(panels[:, 0], counts):
        _draw(panel, [record for record in records if record["threads"] == count], threads_text(count))
    handles = {
        label: handle for panel in panels[:, 0] for handle, label in zip(*panel.get_legend_handles_labels())
    }
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside upper center",
        ncols=len(handles) or 1,
        frameon=False,
        fontsize=8,
    )
    figure.supxlabel(title, fontsize=8)
    figure.savefig(file, dpi=150)
    pyplot.close(figure)


def _draw(panel, records, heading):
    keys = [key for key in TITLES if any(key in record["engines"] for record in records)]
    width = 0.84 / len(keys)
    labels = []
    for place, record in enumerate(records):
        summary = summarise(record)
        peer = summary["peer"]
        labels.append(
            record["model"] + (f"\n{peer['title']} {number(peer['ms']['median'])} ms" if peer else "")
        )
        for row in summary["rows"]:
            speed = ratio(record, row["engine"], peer["engine"]) if peer and row["status"] == "ok" else None
            if not speed:
                continue
            at = place + (keys.index(row["engine"]) - (len(keys) - 1) / 2) * width
            ours = row["engine"] in RT3D_TITLES
            below_above = [[speed["median"] - speed["p10"]], [speed["p90"] - speed["median"]]]
            panel.bar(
                at,
                speed["median"],
                width,
                color=COLOURS[row["engine"]],
                yerr=below_above,
                error_kw={"lw": 0.8},
                label=TITLES[row["engine"]],
            )
            panel.annotate(
                f"{speed['median']:.2f} ×" if ours else number(row["ms"]["median"]),
                (at, speed["p90"]),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=8 if ours else 6,
                weight="bold" if ours else "normal",
            )
    panel.axhline(1, color="black", lw=0.8, ls=":")
    panel.set_xticks(range(len(records)), labels, fontsize=8)
    panel.set_ylabel("speed, fastest peer = 1", fontsize=8)
    panel.set_title(heading, fontsize=9)
    panel.margins(y=0.12)
    panel.spines[["top", "right"]].set_visible(False)
