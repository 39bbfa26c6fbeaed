"""What is measured: models at pruning rates, and the ways to prune and run them; and what the paper measured.

A key of what takes turns is "engine@variant": "rt3d-exact@kgs-8x4", "openvino@dense".
"""

import dataclasses

DENSE = "dense"
DIRECT, BEST = f"rt3d-exact@{DENSE}", f"rt3d@{DENSE}"  # what speed-ups are over


@dataclasses.dataclass(frozen=True)
class Case:
    """A model at a pruning rate."""

    model: str
    rate: float

    @property
    def name(self):
        return f"{self.model}-{self.rate:g}"


CASES = (
    Case("c3d", 2.6),
    Case("c3d", 3.6),
    Case("r2plus1d_18", 2.6),
    Case("r2plus1d_18", 3.2),
    Case("s3d", 2.1),
)


@dataclasses.dataclass(frozen=True)
class Variant:
    """A way to prune; `scheme` is the front of make-model's --sparsity, empty for the dense model."""

    key: str
    title: str
    scheme: str
    engines: tuple = ("rt3d-exact", "rt3d")

    def sparsity(self, rate, published):
        """What make-model is asked for, or nothing where there are no published ratios for the scheme."""
        if not published:
            return f"{self.scheme}:{rate:g}"
        return f"{self.scheme}:authors-{rate:g}" if self.scheme != "filter" else None


# Exact runs no Winograd: sparsity in the transform domain is there for the default accuracy only.
VARIANTS = (
    Variant(DENSE, "dense", ""),
    Variant("kgs-8x4", "KGS 8×4", "kgs:8x4"),
    Variant("vanilla-8x4", "Vanilla 8×4", "vanilla:8x4"),
    Variant("vanilla-32x4", "Vanilla 32×4", "vanilla:32x4"),
    Variant("winograd-8x4", "Winograd domain 8×4", "winograd:8x4", ("rt3d",)),
    Variant("winograd-16x4", "Winograd domain 16×4", "winograd:16x4", ("rt3d",)),
    Variant("winograd-32x4", "Winograd domain 32×4", "winograd:32x4", ("rt3d",)),
    Variant("filter", "filters", "filter", ("rt3d",)),
)
VARIANT_TITLES = {variant.key: variant.title for variant in VARIANTS}


@dataclasses.dataclass(frozen=True)
class Paper:
    """A latency that the paper measured on a Snapdragon 865's CPU with 8 threads (Tables 2 and 3)."""

    model: str
    variant: str
    rate: float  # 1: dense
    ms: float
    engine: str = "rt3d"


PAPER = (
    Paper("c3d", DENSE, 1, 948, "mnn"),
    Paper("c3d", DENSE, 1, 2544, "torch"),
    Paper("c3d", DENSE, 1, 902),
    Paper("c3d", "kgs-8x4", 3.6, 357),
    Paper("c3d", "kgs-8x4", 4.0, 329),
    Paper("c3d", "vanilla-8x4", 2.4, 525),
    Paper("r2plus1d_18", DENSE, 1, 4104, "torch"),
    Paper("r2plus1d_18", DENSE, 1, 1074),
    Paper("r2plus1d_18", "kgs-8x4", 3.2, 391),
    Paper("r2plus1d_18", "kgs-8x4", 4.0, 360),
    Paper("r2plus1d_18", "vanilla-8x4", 2.5, 523),
    Paper("s3d", DENSE, 1, 6617, "torch"),
    Paper("s3d", DENSE, 1, 1139),
    Paper("s3d", "kgs-8x4", 2.1, 611),
)
NEAR = 0.25  # rates so far apart are shown beside each other


def key_of(engine, variant):
    return f"{engine}@{variant}"


def variant_of(key):
    return key.split("@")[1]


def paper_row(model, rate, engine, variant):
    """The paper's measurement nearest to a row of ours, or nothing. Its RT3D had direct code only."""
    engine = "rt3d" if engine == "rt3d-exact" else engine if engine != "rt3d" else None
    wanted = 1 if variant == DENSE else rate
    near = [
        row
        for row in PAPER
        if (row.model, row.engine, row.variant) == (model, engine, variant) and abs(row.rate - wanted) <= NEAR
    ]
    return min(near, key=lambda row: abs(row.rate - wanted), default=None)
