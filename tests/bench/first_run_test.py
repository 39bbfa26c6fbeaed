#!/usr/bin/env python3
"""Tests of bench/first_run with the standard library only: its arithmetic, its limits, and its runs of commands."""

import argparse
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from before.worker import AGAIN, NEW, OLD  # noqa: E402
from first_run import command, runs  # noqa: E402
from peers.models import ModelError  # noqa: E402

LIMITS = argparse.Namespace(most_answer=1.15, most_latency=1.10, least_speed=0.97)


def phase(p50, p95):
    return {"runs": 10, "p50_ns": p50 * 1e6, "p95_ns": p95 * 1e6, "longest_ns": p95 * 1e6}


class FirstRunTest(unittest.TestCase):
    def options(self, *words):
        return command.parse(["net.onnx", *words])

    def test_answers_are_compared_round_by_round_and_the_first_round_does_not_count(self):
        seconds = {"off": [9, 2, 4], "background": [9, 2.2, 4.8]}
        with mock.patch.object(command, "first_answer", lambda build, words, mode: seconds[mode].pop(0)):
            result = command.answer("net.onnx", 1, self.options("--rounds", "2"))
        self.assertEqual(len(result["rounds"]), 2)
        self.assertAlmostEqual(result["ratio"]["median"], 1.15)
        self.assertIn("with background", command.answer_text(result))

    def test_latency_is_that_while_it_tunes_over_that_before(self):
        report = {
            "latency": {"before": phase(10, 20), "tuning": phase(11, 21), "after": phase(8, 9)},
            "slices_share": 0.2,
        }
        asked = []
        with mock.patch.object(command, "bench_background", lambda build, words: asked.append(words) or report):
            result = command.latency("net.onnx", 2, self.options("--rate", "5", "--svg", "a.svg"))
        self.assertAlmostEqual(result["rate"]["p95"], 1.05)
        self.assertAlmostEqual(result["saturation"]["mean"], 1.1)
        self.assertIn("--rate", asked[0])
        self.assertIn("--svg", asked[0])
        self.assertNotIn("--rate", asked[1])
        self.assertNotIn("--svg", asked[1])
        self.assertIn("20 % of the time", command.latency_text(result))

    def test_what_misses_a_limit_is_said(self):
        speed = {"finished": True, "steps": 0.98, "difference": 0.0}
        good = {
            "answer": {"ratio": {"median": 1.1}},
            "latency": {"rate": {"p95": 1.05}},
            "speed": speed,
        }
        self.assertEqual(command.complaints(good, LIMITS), [])
        bad = {
            "answer": {"ratio": {"median": 1.2}},
            "latency": {"rate": {"p95": 1.2}},
            "speed": {"finished": False, "steps": 0.9, "difference": 0.1},
        }
        self.assertEqual(len(command.complaints(bad, LIMITS)), 5)

    def test_speed_says_what_two_equal_tunings_differ_by(self):
        result = {
            "finished": True,
            "seconds": {NEW: 100.0, OLD: 50.0, AGAIN: 51.0},
            "steps": 0.99,
            "same": 1.01,
            "ratio": {"median": 0.98, "p10": 0.97, "p90": 0.99},
            "difference": 0.0,
        }
        self.assertIn("0.990 x that of --tune full by steps (two of these: 1.010)", command.speed_text(result))

    def test_a_command_that_fails_is_told_by_its_last_line(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "rt3d"
            script.write_text("#!/bin/sh\necho first >&2\necho 'error: no such model' >&2\nexit 1\n")
            script.chmod(0o755)
            with self.assertRaisesRegex(ModelError, "^error: no such model$"):
                runs.command_json(script, ["run"])
            script.write_text("#!/bin/sh\necho '{\"load_ns\": 1}'\n")
            self.assertEqual(runs.command_json(script, ["run"]), {"load_ns": 1})

    def test_unknown_parts_are_refused(self):
        with contextlib.redirect_stderr(io.StringIO()) as said, self.assertRaises(SystemExit):
            self.options("--parts", "answer,colour")
        self.assertIn("no part 'colour'", said.getvalue())


if __name__ == "__main__":
    unittest.main()
