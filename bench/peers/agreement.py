"""How far two runtimes' outputs are apart."""
import numpy

LIMIT = 1e-2  # of the output's range: beyond this, an engine computes something else


def difference(outputs, expected):
    """The worst output's largest difference, relative to the range of what was expected; infinity when shapes cannot match."""
    if len(outputs) != len(expected):
        return float("inf")
    worst = 0.0
    for got, wanted in zip(outputs, expected):
        got, wanted = numpy.asarray(got).ravel(), numpy.asarray(wanted).ravel()
        if got.size != wanted.size or not numpy.isfinite(got).all():
            return float("inf")
        spread = float(wanted.max() - wanted.min()) or float(abs(wanted).max()) or 1.0
        worst = max(worst, float(abs(got - wanted).max()) / spread)
    return worst
