#!/usr/bin/env python3
"""Tests of bench/seeds with the standard library only: its rows, its arithmetic and its verdict."""

import argparse
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from seeds import command, rows  # noqa: E402
from seeds.worker import ESTIMATED, KEYS, RENAMED, SEEDED, TUNED  # noqa: E402

LIMITS = argparse.Namespace(share=0.1, least=0.97)
TEXT = "rt3d-tuning\t2\n# device: x\nneon/A76/l1=64K\t1\tRelu\tf\t1\ta=1\t10\t0\t2\t0.1\n"


def record(measurements, ms, quiet=True):
    """A case of one round with these numbers, by key."""
    rounds = [{key: {"ms": ms[key], "runs": 1, "cores": 1.0} for key in KEYS}]
    made = {"rounds": rounds, "measurements": measurements, "rows_quiet": quiet}
    made.update(model="net", threads=2, load=0.5, summary=command.summarise(made))
    return made


def numbers(tuned, seeded, renamed, estimated):
    return {TUNED: tuned, SEEDED: seeded, RENAMED: renamed, ESTIMATED: estimated}


class SeedsTest(unittest.TestCase):
    def test_only_the_name_of_the_device_changes(self):
        renamed = rows.rename_device(TEXT)
        self.assertEqual(renamed, "rt3d-tuning\t2\nneon/A76-2/l1=64K\t1\tRelu\tf\t1\ta=1\t10\t0\t2\t0.1\n")

    def test_rows_of_a_busy_machine_are_known(self):
        self.assertTrue(rows.is_quiet(TEXT))
        self.assertFalse(rows.is_quiet(TEXT.replace("\t0.1\n", "\t0.3\n")))

    def test_the_verdict_wants_no_measurements_few_and_speed(self):
        good = record(numbers(100, 0, 10, 0), numbers(10, 10, 10.2, 20))
        self.assertEqual(command.objections(good, LIMITS), [])
        self.assertIn("its seeds", command.case_text(good, LIMITS))
        bad = record(numbers(100, 1, 11, 0), numbers(10, 10.4, 12, 20), quiet=False)
        found = command.objections(bad, LIMITS)
        self.assertEqual(len(found), 4)
        self.assertIn("busy", found[0])
        self.assertIn("FAILED", command.case_text(bad, LIMITS))


if __name__ == "__main__":
    unittest.main()
