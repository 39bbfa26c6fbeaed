"""What is tried: networks, and for each the methods, schemes and rates."""

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Network:
    name: str
    title: str
    make: tuple  # options of `rt3d make-model`
    rates: tuple  # the paper's of this architecture
    seeds: tuple
    rate: float  # learning rate of training from scratch


# About 170 million multiply-adds each: an eighth of the published widths, clips of 16 x 56 x 56.
SIZE = 56
SMALL = ("--frames", "16", "--size", str(SIZE), "--width", "0.125", "--classes", "12")
NETWORKS = {
    network.name: network
    for network in (
        Network("c3d", "C3D-like", ("c3d", *SMALL), (2.6, 3.6), (1, 2, 3), 0.01),
        Network("r2plus1d", "R(2+1)D-like", ("r2plus1d_18", *SMALL), (2.6, 3.2), (1,), 0.02),
    )
}

SCHEMES = {"kgs:8x4": "KGS 8×4", "vanilla:8x4": "Vanilla 8×4", "vanilla:32x4": "Vanilla 32×4",
           "winograd:32x4": "Winograd domain 32×4", "filter": "filters"}
METHODS = {
    "magnitude": "magnitude",
    "heuristic": "heuristic",
    "lasso": "group lasso",
    "reweighted": "reweighted",
    "one-shot": "one-shot",
}
# Table 1 of the paper: method by scheme at one rate. Then the curves of the schemes, accuracy against time, each by the best method that has it.
CURVES = {"kgs:8x4": "reweighted", "vanilla:8x4": "reweighted", "vanilla:32x4": "reweighted", "winograd:32x4": "one-shot",
          "filter": "heuristic"}
# Beside the rate of --lr's default: weights in Winograd's domain have larger gradients. Not tried on whole runs yet.
RATES = {"winograd:32x4": 0.0005}
CURVE_RATES = (1.5, 2.0, 2.6, 3.6, 5.0)


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
    """Penalties and fitting work inside filters; whole ones are chosen, and leave nothing that could make up for them."""
    if scheme.startswith("winograd"):  # no long trainings there: they need low rates
        return method in ("one-shot", "magnitude")
    return scheme != "filter" or method in ("magnitude", "heuristic")


def cells(networks):
    """In the order in which they are worth having: all methods at the first rate and seed, the curves, further rates and seeds."""
    ordered = []
    for network in networks:
        for at, seed in enumerate(network.seeds):
            for rate in network.rates:
                ordered += [(at, Cell(network.name, seed, method, scheme, rate))
                            for method in METHODS for scheme in SCHEMES if takes(method, scheme)]
            if at == 0:
                ordered += [(0, Cell(network.name, seed, method, scheme, rate))
                            for scheme, method in CURVES.items() for rate in CURVE_RATES]
    unique = dict.fromkeys(cell for _, cell in sorted(ordered, key=lambda item: item[0]))
    return list(unique)
