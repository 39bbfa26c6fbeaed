"""How far two runtimes' outputs are apart. Works on numpy arrays without importing numpy."""

import math

LIMIT = 1e-2  # of the output's range: beyond this, an engine computes something else


def difference(outputs, expected):
    """The worst output's largest difference relative to the range of what was expected.

    Infinity when sizes differ or something is not finite.
    """
    if len(outputs) != len(expected):
        return float("inf")
    worst = 0.0
    for got, wanted in ((a.ravel(), b.ravel()) for a, b in zip(outputs, expected)):
        if got.size != wanted.size:
            return float("inf")
        spread = float(wanted.max() - wanted.min()) or float(abs(wanted).max()) or 1.0
        apart = float(abs(got - wanted).max()) / spread
        if not math.isfinite(apart):
            return float("inf")
        worst = max(worst, apart)
    return worst


def objection(error):
    """Why an engine that is so far away does not count, or nothing."""
    if not math.isfinite(error):
        return "its outputs have other shapes or are not finite"
    return (
        None if error <= LIMIT else f"its outputs are {error:.1e} of the range away; {LIMIT:.0e} would pass"
    )
