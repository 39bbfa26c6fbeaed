"""A picture: accuracy against measured time, one curve for each scheme. Needs matplotlib."""

from .cells import CURVES, NETWORKS, SCHEMES
from .report import run_ms, top1

COLOURS = {"kgs:8x4": "#d1495b", "vanilla:8x4": "#edae49", "vanilla:32x4": "#00798c", "winograd:32x4": "#6a994e", "filter": "#30638e"}


def plot(results, file):
    import matplotlib  # noqa: PLC0415  (optional)

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    networks = [name for name in NETWORKS if any(cell.network == name for cell in results)]
    figure, panels = pyplot.subplots(1, len(networks), squeeze=False, figsize=(6 * len(networks), 4.2), layout="constrained")
    for panel, name in zip(panels.flat, networks):
        _draw(panel, name, results)
    figure.savefig(file, dpi=150)
    pyplot.close(figure)


def _draw(panel, name, results):
    seed = NETWORKS[name].seeds[0]
    dense = None
    for scheme, title in SCHEMES.items():
        found = [(run_ms(r), top1(r), c.rate) for c, r in results.items()
                 if (c.network, c.method, c.scheme, c.seed) == (name, CURVES, scheme, seed)]
        dense = dense or next(((run_ms(r, "dense"), top1(r, "dense")) for c, r in results.items() if c.network == name), None)
        found.sort()
        if not found:
            continue
        panel.plot([f[0] for f in found], [f[1] for f in found], "o-", color=COLOURS[scheme], label=title)
        for ms, share, rate in found:
            panel.annotate(f"{rate:g}×", (ms, share), (3, 4), textcoords="offset points", fontsize=7, color=COLOURS[scheme])
    if dense:
        panel.plot(*dense, "k*", ms=11, label="dense")
    panel.set(title=NETWORKS[name].title, xlabel="ms a clip, measured", ylabel="top-1, % of held-out clips")
    panel.grid(alpha=0.3)
    panel.legend(fontsize=8, frameon=False)
