"""The command line: that of bench/peers, with cases and variants for models."""

import argparse
import pathlib

from peers.options import add_measuring, add_reports, add_rt3d, finish_parsing, measuring_words, new_parser

from .cases import CASES, DENSE, VARIANTS

DOCUMENT = "docs/sparsity-results.md"
DESCRIPTION = """\
Runs dense and pruned models in RT3D, and the dense ones in other runtimes, by turns in one process: what pruning
at a rate of the model's multiply-accumulates gains over RT3D's direct code, over its best, and over the fastest peer."""
EXAMPLES = """\
examples:
  python3 bench/sparsity                                         all cases and variants: a long time
  python3 bench/sparsity c3d-3.6 --threads 1,2 --variants kgs-8x4,vanilla-32x4
  python3 bench/sparsity --engines rt3d --csv out.csv --plot speed-up.svg
  python3 bench/sparsity --from out.json --phone c3d-3.6/rt3d@kgs-8x4=steps.csv --markdown docs/sparsity-results.md"""


def parse(words=None):
    parser = new_parser("bench/sparsity", DOCUMENT, DESCRIPTION, EXAMPLES)
    measuring = parser.add_argument_group("what is measured").add_argument
    names = [case.name for case in CASES]
    measuring("cases", nargs="*", type=_one_of(names), metavar="CASE", help=f"of {', '.join(names)} (default: all)")
    keys = [variant.key for variant in VARIANTS if variant.key != DENSE]
    measuring(
        "--variants", type=_list_of(keys), default=keys, metavar="A,B", help=f"of {', '.join(keys)} (default: all)"
    )
    published = "prune the layers that the paper's authors published, as much as they did"
    measuring("--published", action="store_true", help=published)
    add_measuring(measuring)
    add_rt3d(parser.add_argument_group("RT3D").add_argument, "both")
    reports = parser.add_argument_group("reports").add_argument
    add_reports(reports, DOCUMENT)
    steps = "steps of bench/arm/report.py --csv: their sum is the row's time on a modelled Snapdragon 865"
    reports("--phone", action="append", type=_phone, default=[], metavar="CASE/KEY=CSV", help=steps)
    options = finish_parsing(parser, words)
    if not options.cases and not options.sources:
        options.cases = names
    return options


def _one_of(known):
    def parsed(text):
        if text not in known:
            raise argparse.ArgumentTypeError(f"there is no '{text}'; choose from {', '.join(known)}")
        return text

    return parsed


def _list_of(known):
    one = _one_of(known)
    return lambda text: [one(part) for part in dict.fromkeys(text.split(","))]


def _phone(text):
    row, _, file = text.partition("=")
    case, _, key = row.partition("/")
    if not file or "@" not in key:
        raise argparse.ArgumentTypeError(f"'{text}' does not look like c3d-3.6/rt3d@kgs-8x4=steps.csv")
    return case, key, pathlib.Path(file)


def as_command(options):
    """The command that measures the same, without what only names places."""
    words = ["python3 bench/sparsity", *options.cases, "--variants", ",".join(options.variants)]
    words += measuring_words(options)
    if options.published:
        words.append("--published")
    return " ".join(words)
