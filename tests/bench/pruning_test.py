#!/usr/bin/env python3
"""Tests of bench/pruning with the standard library only: which runs there are, what is kept of them, and the tables."""

import argparse
import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from pruning import cells, command, report, times  # noqa: E402
from pruning.kept import Kept  # noqa: E402
from pruning.runs import Runs  # noqa: E402

CELL = cells.Cell("c3d", 1, "one-shot", "kgs:8x4", 2.6)


def share(value):
    return {"share": value, "videos": 600, "right": round(600 * value)}


def result(top1, ms, dense_ms=2.0, cut=0.5):
    models = [{"name": name, "accuracy": "default", "top1": share(value), "run_ns": run * 1e6}
              for name, value, run in (("dense", 0.9, dense_ms), ("pruned", top1, ms))]
    return {"protocol": "16 frames", "after_cut": share(cut), "macs": 80e6, "rate": 2.61, "models": models, "layers": ["long"]}


def ms(*values):
    return [{"median_ns": value * 1e6} for value in values]


def settings(out, results):
    return argparse.Namespace(out=out, results=results, train=10, epochs=2, prune_epochs="2,1")


class CellsTest(unittest.TestCase):
    def test_each_run_stands_once_and_the_first_rate_of_all_seeds_before_the_next(self):
        for network in cells.NETWORKS.values():
            found = cells.cells([network])
            self.assertEqual(len(found), len(set(found)))
            self.assertEqual(len({cell.folder for cell in found}), len(found))
            turns = [
                (network.rates.index(cell.rate), network.seeds.index(cell.seed))
                for cell in found
                if cell.rate in network.rates and (cell.method, cell.seed) != (cells.CURVES, network.seeds[0])
            ]
            self.assertEqual(turns, sorted(turns))

    def test_every_method_stands_beside_every_scheme_that_it_takes(self):
        for network in cells.NETWORKS.values():
            found = {(c.method, c.scheme) for c in cells.cells([network]) if c.rate == network.rates[0]}
            self.assertTrue(found >= {(m, s) for m in cells.METHODS for s in cells.SCHEMES if cells.takes(m, s)})
            self.assertNotIn(("reweighted", "filter"), found)
            self.assertIn(("one-shot", "filter"), found)

    def test_networks_and_seeds_may_be_chosen(self):
        options = command.parse(["c3d", "--only-report", "--seeds", "1", "--cells", "3"])
        chosen = command.chosen(options)
        self.assertEqual({(c.network, c.seed) for c in chosen}, {("c3d", 1)})
        self.assertEqual(len(chosen), 3)

    def test_epochs_that_are_no_two_numbers_are_refused(self):
        for words in ("4", "4,", "0,3", "a,b", "1,2,3"):
            with contextlib.redirect_stderr(io.StringIO()) as said, self.assertRaises(SystemExit):
                command.parse(["--only-report", "--prune-epochs", words])
            self.assertIn("two numbers with a comma", said.getvalue())


class KeptTest(unittest.TestCase):
    def test_what_is_kept_is_found_again(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "results.json"
            Kept(file).put(CELL, result(0.8, 1.0), {"train": 10})
            row = Kept(file).find(CELL)
            self.assertEqual(report.top1(row), 80.0)
            self.assertEqual(row["train"], 10)
            self.assertNotIn("layers", row)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [file])

    def test_a_run_that_is_kept_is_not_run_again(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder)
            kept = out / "results.json"
            Kept(kept).put(CELL, result(0.8, 1.0), {})
            Runs(settings(out, kept), ["a", "b"]).prune(CELL)  # there is no rt3d-prune to be called
            self.assertEqual([path.name for path in out.iterdir()], ["results.json"])

    def test_a_run_that_ended_here_is_kept_without_being_run_again(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder)
            run = out / CELL.folder / "run"
            run.mkdir(parents=True)
            (run / "result.json").write_text(json.dumps(result(0.7, 1.0)))
            dense = out / "c3d/1/dense"
            (dense / "run").mkdir(parents=True)
            (dense / "run/result.json").write_text("{}")
            (dense / "trained.onnx").write_text("")
            runs = Runs(settings(out, out / "results.json"), ["a", "b"])
            runs.prune(CELL)
            self.assertEqual(report.top1(Kept(out / "results.json").find(CELL)), 70.0)
            self.assertEqual(runs.models([CELL]), ({}, {}))  # no model was written
            (out / CELL.folder / "pruned.onnx").write_text("")
            self.assertEqual(runs.models([CELL]), ({CELL: out / CELL.folder / "pruned.onnx"}, {("c3d", 1): dense / "trained.onnx"}))

    def test_times_by_turns_come_before_the_runs_own(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = Kept(pathlib.Path(folder) / "results.json")
            kept.put(CELL, result(0.8, 1.0), {})
            kept.add(CELL, {"times": {"dense": times.summary(ms(3, 5, 4)), "pruned": times.summary(ms(2, 2.5, 9))}})
            row = Kept(kept.file).find(CELL)
            self.assertEqual((report.run_ms(row, "dense"), report.run_ms(row)), (4.0, 2.5))
            self.assertEqual(row["times"]["pruned"]["most_ns"], 9e6)


class ReportTest(unittest.TestCase):
    def test_tables_have_means_spreads_and_ratios(self):
        other = cells.Cell("motion", 1, "one-shot", "kgs:8x4", 2.6)
        again = cells.Cell("motion", 2, "one-shot", "kgs:8x4", 2.6)
        text = report.tables({other: {**result(0.8, 0.5), "train": 10, "prune_epochs": "2,1"},
                              again: {**result(0.7, 0.5), "train": 20, "prune_epochs": "2,1"}})
        self.assertIn("| one-shot | 50.0 ± 0.0 → 75.0 ± 7.1 |", text)
        self.assertIn("| KGS 8×4 | one-shot | 2.61 × | 80.0 | 0.50 | 4.00 × |", text)
        self.assertIn("Trained with 10 clips, epochs of regularizing and retraining: 2,1; with 20 clips, epochs", text)
        self.assertIn("Dense: 90.0 ± 0.0 % of 600 held-out clips", text)

    def test_tables_go_between_their_marks_and_nowhere_else(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "page.md"
            file.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nbehind\n")
            report.put(file, "new")
            self.assertEqual(file.read_text(), f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nbehind\n")
            file.write_text("no marks")
            self.assertRaises(ValueError, report.put, file, "new")


if __name__ == "__main__":
    unittest.main()
