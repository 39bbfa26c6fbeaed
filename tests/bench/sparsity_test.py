#!/usr/bin/env python3
"""Tests of bench/sparsity with the standard library only: what is made, the speed-ups, the reports."""

import contextlib
import csv
import pathlib
import sys
import tempfile
import types
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from peers.models import ModelError  # noqa: E402
from sparsity import cases, command, options, report  # noqa: E402

OK = {"status": "ok"}


def record(rounds, rate=4.0, **more):
    """A record of C3D in which every key of the rounds is fine."""
    keys = dict.fromkeys(key for taken in rounds for key in taken)
    return {
        "model": "c3d-3.6",
        "case": "c3d-3.6",
        "network": "c3d",
        "threads": 2,
        "rate": 3.6,
        "rates": {"dense": 1.0, "kgs-8x4": rate, "filter": 3.6},
        "engines": {key: {"title": key, "version": "1", "error": 1e-6, **OK} for key in keys},
        "rounds": [
            {"peak": 100.0, "turns": {key: {"ms": ms, "runs": 1, "cores": 1.0} for key, ms in taken.items()}}
            for taken in rounds
        ],
        **more,
    }


ROUND = {
    "rt3d-exact@dense": 300,
    "rt3d@dense": 100,
    "rt3d-exact@kgs-8x4": 100,
    "rt3d@kgs-8x4": 50,
    "openvino@dense": 280,
    "mnn@dense": 350,
}


def by_key(rows):
    return {row["key"]: row for row in rows}


class RowsTest(unittest.TestCase):
    def test_speed_ups_are_over_direct_over_best_and_over_the_fastest_peer(self):
        rows = by_key(report.rows_of(record([ROUND])))
        exact, default = rows["rt3d-exact@kgs-8x4"], rows["rt3d@kgs-8x4"]
        self.assertAlmostEqual(exact["over_direct"], 3.0)
        self.assertAlmostEqual(exact["over_best"], 1.0)
        self.assertAlmostEqual(default["over_direct"], 6.0)
        self.assertAlmostEqual(default["over_best"], 2.0)
        self.assertAlmostEqual(default["over_peer"], 5.6)
        self.assertTrue(rows["openvino@dense"]["fastest_peer"])

    def test_the_share_of_the_rate_is_over_the_dense_run_of_the_same_accuracy(self):
        rows = by_key(report.rows_of(record([ROUND], rate=4.0)))
        self.assertAlmostEqual(rows["rt3d-exact@kgs-8x4"]["of_rate"], 0.75)
        self.assertAlmostEqual(rows["rt3d@kgs-8x4"]["of_rate"], 0.5)
        self.assertIsNone(rows["rt3d@dense"]["of_rate"])
        self.assertIsNone(rows["openvino@dense"]["of_rate"])

    def test_ratios_are_taken_round_by_round(self):
        slow = {key: 10 * ms for key, ms in ROUND.items()}
        rows = by_key(report.rows_of(record([ROUND, slow, slow])))
        self.assertAlmostEqual(rows["rt3d-exact@kgs-8x4"]["over_direct"], 3.0)

    def test_a_row_whose_outputs_are_wrong_has_no_speed_up(self):
        made = record([ROUND])
        made["engines"]["rt3d@kgs-8x4"].update(status="disagrees", reason="far away")
        row = by_key(report.rows_of(made))["rt3d@kgs-8x4"]
        self.assertEqual((row["over_direct"], row["of_rate"], row["over_peer"]), (None, None, None))
        self.assertRegex(report.record_text(made), "FAILED: far away")


class PaperTest(unittest.TestCase):
    def test_the_papers_latencies_stand_beside_rows_of_about_their_rate(self):
        self.assertEqual(cases.paper_row("c3d", 3.6, "rt3d-exact", "kgs-8x4").ms, 357)
        self.assertEqual(cases.paper_row("c3d", 2.6, "rt3d-exact", "vanilla-8x4").ms, 525)
        self.assertIsNone(cases.paper_row("c3d", 2.6, "rt3d-exact", "kgs-8x4"))
        self.assertIsNone(cases.paper_row("c3d", 3.6, "rt3d", "kgs-8x4"))
        self.assertEqual(cases.paper_row("c3d", 2.6, "mnn", "dense").ms, 948)
        self.assertIsNone(cases.paper_row("s3d", 2.1, "openvino", "dense"))

    def test_another_rate_is_told(self):
        row = {"paper_ms": 525, "paper_rate": 2.4, "rate": 2.6}
        self.assertEqual(report.paper_text(row), "525 (2.4 ×)")
        self.assertEqual(report.paper_text({**row, "rate": 2.41}), "525")
        self.assertEqual(report.paper_text({**row, "rate": None}), "525")


class ReportTest(unittest.TestCase):
    measured = record([ROUND], phone={"rt3d-exact@kgs-8x4": 118.4})

    def test_text_has_all_columns_and_reasons(self):
        self.measured["engines"]["rt3d@filter"] = {
            "title": "filters",
            "version": "1",
            "status": "failed",
            "reason": "out of reach",
        }
        text = report.record_text(self.measured)
        line = next(line for line in text.splitlines() if line.startswith("  rt3d-exact@kgs-8x4"))
        self.assertEqual(
            line.split()[1:],
            "4.00 100 100–100 3.00 × 1.00 × 75 % 2.80 × 1.0e-06 357 (3.6 ×) 118".split(),
        )
        self.assertRegex(text, r"filters +– +out of reach")

    def test_csv_has_a_line_per_key(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "out.csv"
            report.write_csv([record([ROUND])], file)
            with file.open(newline="", encoding="utf-8") as lines:
                rows = list(csv.DictReader(lines))
        self.assertEqual(len(rows), len(ROUND))
        self.assertEqual(
            (rows[2]["engine"], rows[2]["variant"], float(rows[2]["ms"])), ("rt3d-exact", "kgs-8x4", 100)
        )

    def test_markdown_has_a_table_per_case(self):
        about = {"device": ["cpu"], "date": "today", "commands": ["run"], "versions": ["RT3D 1"]}
        broken = record([ROUND], reason="no memory")
        text = report.markdown([record([ROUND]), broken], about)
        self.assertIn("| rt3d@kgs-8x4 | 4.00 | 50.0 | 50.0–50.0 | 6.00 × | 2.00 × | 50 % |", text)
        self.assertIn("| *openvino@dense* |", text)
        self.assertIn("– no memory", text)


class MakingTest(unittest.TestCase):
    def make(self, **given):
        asked = {"variants": ["kgs-8x4", "filter"], "published": False, "build": pathlib.Path("b"), "models_dir": None}
        setting = types.SimpleNamespace(rt3d=("rt3d", "rt3d-exact"), peers=("mnn",))
        made = []

        def make_pruned(program, model, sparsity, seed, file):
            made.append((model, sparsity, file.name))
            if sparsity.startswith("filter"):
                raise ModelError("out of reach")
            return 3.59

        with mock.patch.multiple(
            command, make_pruned=make_pruned, find_model=lambda *_: pathlib.Path("c3d.onnx"), say=lambda _: None
        ):
            found = command._make(
                cases.CASES[1], types.SimpleNamespace(**{**asked, **given}), setting, pathlib.Path("tmp")
            )
        return made, found

    def test_every_variant_is_made_once_and_runs_with_its_accuracies(self):
        made, found = self.make()
        self.assertEqual(
            made,
            [("c3d", "kgs:8x4:3.6", "c3d-3.6-kgs-8x4.onnx"), ("c3d", "filter:3.6", "c3d-3.6-filter.onnx")],
        )
        self.assertEqual(
            list(found["files"]),
            ["rt3d-exact@dense", "rt3d@dense", "rt3d-exact@kgs-8x4", "rt3d@kgs-8x4", "mnn@dense"],
        )
        self.assertEqual(found["rates"], {"dense": 1.0, "kgs-8x4": 3.59})
        self.assertEqual(found["titles"]["rt3d-exact@kgs-8x4"], "KGS 8×4, exact")

    def test_what_cannot_be_made_says_why_and_the_others_are_measured(self):
        self.assertEqual(self.make()[1]["failed"], {"rt3d@filter": "out of reach"})

    def test_published_ratios_are_asked_for_where_there_are_any(self):
        self.assertEqual(
            self.make(published=True)[0], [("c3d", "kgs:8x4:authors-3.6", "c3d-3.6-kgs-8x4.onnx")]
        )


class OptionsTest(unittest.TestCase):
    def test_without_names_everything_is_measured(self):
        given = options.parse([])
        self.assertEqual(given.cases, [case.name for case in cases.CASES])
        self.assertEqual(len(given.variants), len(cases.VARIANTS) - 1)
        self.assertEqual(options.parse(["--from", "x.json"]).cases, [])

    def test_a_command_can_be_given_again(self):
        given = options.parse("c3d-3.6 --variants filter --threads 1,2 --published --db secret".split())
        self.assertEqual(
            options.as_command(given),
            "python3 bench/sparsity c3d-3.6 --variants filter --threads 1,2 --rounds 7 --accuracy both "
            "--tune quick --published",
        )

    def test_nonsense_is_refused(self):
        for words in ("c3d", "--variants rows", "--phone x", "--phone c3d-3.6=f.csv", "--rounds 0"):
            with self.subTest(words), mock.patch("sys.stderr"), self.assertRaises(SystemExit):
                options.parse(words.split())

    def test_modelled_times_are_the_sums_of_steps(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack():
            steps = pathlib.Path(folder) / "steps.csv"
            steps.write_text("step,ms n1_19,ms n1_22\na,1,2.5\nb,1,4\n", encoding="utf-8")
            given = options.parse(["--from", "x.json", "--phone", f"c3d-3.6/rt3d@kgs-8x4={steps}"])
            made = record([ROUND])
            command.add_phone(given, [made])
            self.assertEqual(made["phone"], {"rt3d@kgs-8x4": 6.5})
            steps.write_text("a,b\n1,2\n", encoding="utf-8")
            with self.assertRaisesRegex(ModelError, "report.py"):
                command.add_phone(given, [made])


if __name__ == "__main__":
    unittest.main()
