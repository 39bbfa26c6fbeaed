"""What is tried: networks, and for each the methods, schemes and rates."""

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Network:
    name: str
    title: str
    trained: pathlib.Path | None  # a trained network; without one, what `rt3d make-model` makes is trained
    make: tuple  # its options
    size: int  # of clips, in pixels
    rates: tuple  # the paper's of this architecture
    seeds: tuple
    training: tuple = ()  # options of training from scratch


# The demo's network of 117 million multiply-adds, and C3D with an eighth of its channels and clips of 16 x 40 x 40, 91 million.
SMALL = ("--frames", "16", "--size", "40", "--width", "0.125", "--classes", "12")
NETWORKS = {
    network.name: network
    for network in (
        Network("motion", "R(2+1)D-like: the demo's network", ROOT / "demo/motion.onnx", (), 64, (2.6, 3.2), (1, 2, 3)),
        Network("c3d", "C3D-like", None, ("c3d", *SMALL), 40, (2.6, 3.6), (1,),
                ("--optimizer", "adamw", "--lr", "0.001")),  # without normalisation plain gradient descent finds no start
    )
}

SCHEMES = {"kgs:8x4": "KGS 8×4", "vanilla:8x4": "Vanilla 8×4", "vanilla:32x4": "Vanilla 32×4",
           "winograd:32x4": "Winograd domain 32×4", "filter": "filters"}
METHODS = {
    "one-shot": "one-shot",
    "reweighted": "reweighted",
    "lasso": "group lasso",
    "heuristic": "heuristic",
    "magnitude": "magnitude",
}
PENALTIES = ("reweighted", "lasso")
# The curves of the schemes, accuracy against time: by the method that takes a tenth of the training of the others.
CURVES = "one-shot"
CURVE_RATES = (2.6, 1.5, 3.6, 2.0, 5.0)  # in the order in which they are worth having


@dataclasses.dataclass(frozen=True)
class Cell:
    network: str
    seed: int
    method: str
    scheme: str
    rate: float

    @property
    def folder(self):
        return f"{self.network}/{self.seed}/{self.method}-{self.scheme.replace(':', '-')}-{self.rate}"


def takes(method, scheme):
    """Penalties work inside filters; whole ones are cut at once."""
    if scheme.startswith("winograd"):  # no penalty there has been tried on whole runs
        return method in ("one-shot", "magnitude")
    return scheme != "filter" or method not in PENALTIES


def cells(networks):
    """In the order in which they are worth having: the curves, all methods at the first rate, its further seeds, further rates."""
    ordered = []
    for network in networks:
        for at, seed in enumerate(network.seeds):
            if at == 0:
                ordered += [(0, Cell(network.name, seed, CURVES, scheme, rate)) for rate in CURVE_RATES for scheme in SCHEMES]
            for turn, rate in enumerate(network.rates):
                ordered += [(at + turn * len(network.seeds), Cell(network.name, seed, method, scheme, rate))
                            for method in METHODS for scheme in SCHEMES if takes(method, scheme)]
    unique = dict.fromkeys(cell for _, cell in sorted(ordered, key=lambda item: item[0]))
    return list(unique)
