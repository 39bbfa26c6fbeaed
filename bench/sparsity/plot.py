"""A bar chart: speed-up of every way to prune over RT3D's direct dense code, case by case. Needs matplotlib."""

from peers.engines import engine_of, is_rt3d
from peers.report import threads_text

from .cases import VARIANT_TITLES
from .report import rows_of

COLOURS = {"rt3d-exact": "#edae49", "rt3d": "#d1495b"}
LABELS = {"rt3d-exact": "exact (direct code)", "rt3d": "default"}
PEER = "#30638e"
WIDTH = 0.4


def plot(records, file, title):
    """Writes the chart, in the format of the file's suffix. Raises ImportError without matplotlib."""
    import matplotlib  # noqa: PLC0415  (optional)

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    records = [record for record in records if not record.get("reason")]
    columns = min(2, max(1, len(records)))
    rows = max(1, -(-len(records) // columns))
    figure, grid = pyplot.subplots(
        rows, columns, squeeze=False, figsize=(7 * columns, 2.6 * rows + 0.8), layout="constrained"
    )
    panels = list(grid.flat)
    for panel, record in zip(panels, records):
        _draw(panel, record)
    for panel in panels[len(records) :]:
        panel.axis("off")
    handles = {label: handle for panel in panels for handle, label in zip(*panel.get_legend_handles_labels())}
    figure.legend(
        handles.values(), handles.keys(), loc="outside upper center", ncols=5, frameon=False, fontsize=8
    )
    figure.supxlabel(title, fontsize=8)
    figure.savefig(file, dpi=150)
    pyplot.close(figure)


def _draw(panel, record):
    rows = [row for row in rows_of(record) if row["over_direct"]]
    variants = list(dict.fromkeys(row["variant"] for row in rows if is_rt3d(row["key"])))
    for row in rows:
        engine = engine_of(row["key"])
        if not is_rt3d(row["key"]):
            if row["fastest_peer"]:
                panel.axhline(row["over_direct"], color=PEER, lw=1, ls="--", label="fastest peer, dense")
            continue
        at = variants.index(row["variant"]) + (0.5 if engine == "rt3d" else -0.5) * WIDTH
        panel.bar(at, row["over_direct"], WIDTH, color=COLOURS[engine], label=LABELS[engine])
        panel.annotate(
            f"{row['over_direct']:.2f}",
            (at, row["over_direct"]),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=7,
        )
    panel.axhline(record["rate"], color="black", lw=0.8, ls=":", label="pruning rate")
    panel.set_xticks(range(len(variants)), [VARIANT_TITLES[key] for key in variants], fontsize=7)
    panel.set_ylabel("× RT3D direct, dense", fontsize=8)
    panel.set_title(f"{record['model']}, {threads_text(record['threads'])}", fontsize=9)
    panel.margins(y=0.15)
    panel.spines[["top", "right"]].set_visible(False)
