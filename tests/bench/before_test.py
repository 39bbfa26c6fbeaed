#!/usr/bin/env python3
"""Tests of bench/before with the standard library only: its arithmetic and its verdict."""

import argparse
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from before import command  # noqa: E402
from before.worker import AGAIN, NEW, OLD  # noqa: E402
from peers.command import source_of  # noqa: E402

LIMITS = argparse.Namespace(mean=0.99, least=0.97)


def record(new, old, again, cores=1.0, difference=0.0):
    """A case whose rounds took these milliseconds."""
    rounds = [
        {"peak": 200.0, NEW: turn(a, cores), OLD: turn(b, cores), AGAIN: turn(c, cores)}
        for a, b, c in zip(new, old, again)
    ]
    steps = {NEW: min(new), OLD: min(old), AGAIN: min(again)}
    made = {"rounds": rounds, "steps_ms": steps, "memory": {NEW: 110, OLD: 100, AGAIN: 100}, "difference": difference}
    made.update(model="net", threads=2, accuracy="exact", summary=command.summarise(made))
    return made


def turn(ms, cores):
    return {"ms": ms, "runs": 1, "cores": cores}


class BeforeTest(unittest.TestCase):
    def test_ratios_are_those_of_each_round(self):
        summary = record([10, 20, 10], [10, 20, 12], [10, 10, 12], cores=0.5)["summary"]
        self.assertEqual(summary["ratio"]["median"], 1.0)
        self.assertEqual(summary["steps_same"], 1.0)
        self.assertEqual(summary["same"]["p90"], 1.8)
        self.assertEqual(summary["memory"], 1.1)
        self.assertEqual((summary["disturbed"], summary["turns"]), (9, 9))

    def test_the_verdict_wants_the_mean_each_case_and_equal_outputs(self):
        good = record([10], [10], [10])
        self.assertTrue(command.verdict([good, good], LIMITS)[0])
        slow = record([10.4], [10], [10])
        passed, text = command.verdict([good] * 9 + [slow], LIMITS)
        self.assertFalse(passed)
        self.assertIn("lowest 0.962", text)
        slower = record([10.2], [10], [10])
        self.assertFalse(command.verdict([slower, slower], LIMITS)[0])  # each would pass, their mean does not
        wrong = record([10], [10], [10], difference=0.1)
        self.assertFalse(command.verdict([wrong], LIMITS)[0])
        self.assertIn("FAILED", command.case_text(wrong))

    def test_a_build_tree_names_its_source(self):
        with tempfile.TemporaryDirectory() as folder:
            build = pathlib.Path(folder)
            self.assertEqual(source_of(build), ROOT)
            (build / "CMakeCache.txt").write_text("A:B=c\nCMAKE_HOME_DIRECTORY:INTERNAL=/some/where\n")
            self.assertEqual(source_of(build), pathlib.Path("/some/where"))

    def test_pruned_models_go_by_their_names_in_bench_sparsity(self):
        options = command.parse(["old", "c3d-3.6@kgs-8x4", "--models-dir", "made"])
        with tempfile.TemporaryDirectory() as folder:
            options.models_dir = pathlib.Path(folder)
            file = options.models_dir / "c3d-3.6-kgs-8x4.onnx"
            file.touch()
            self.assertEqual(command.model_file("c3d-3.6@kgs-8x4", options), file)


if __name__ == "__main__":
    unittest.main()
