#!/usr/bin/env python3
"""Tests of bench/peers with the standard library only: the binding against the C compiler, the arithmetic.

CTest gives the places: RT3D_LIBRARY (librt3d.so) and RT3D_CC (a C compiler).
"""

import array
import ctypes
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = ROOT / "include/rt3d/rt3d.h"
sys.path.insert(0, str(ROOT / "bench"))

from peers import collect, engines, models, options, report, summary, turns  # noqa: E402
from peers.agreement import objection  # noqa: E402
from peers.binding import Model, Rt3d, Rt3dError, Session  # noqa: E402
from peers.header import Header  # noqa: E402


def npy_floats(file):
    """The numbers of a .npy file of float32."""
    data = file.read_bytes()
    return array.array("f", data[10 + int.from_bytes(data[8:10], "little") :])


class HeaderTest(unittest.TestCase):
    def test_every_struct_and_constant_is_what_the_compiler_makes_of_the_header(self):
        header = Header(HEADER)
        self.assertLessEqual(
            {"rt3d_session_options", "rt3d_session_stats", "rt3d_tensor_info"}, set(header.structs)
        )
        lines, expected = [], []
        for name, struct in header.structs.items():
            lines.append(f'printf("%zu\\n", sizeof({name}));')
            expected.append(ctypes.sizeof(struct))
            for field, _ in struct._fields_:
                lines.append(f'printf("%zu\\n", offsetof({name}, {field}));')
                expected.append(getattr(struct, field).offset)
        for name, value in header.constants.items():
            lines.append(f'printf("%d\\n", (int){name});')
            expected.append(value)
        self.assertEqual(run_c("\n".join(lines)), expected)

    def test_every_field_of_the_header_is_known(self):
        text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
        declared = text.split("typedef struct rt3d_session_options {")[1].split("}")[0].count(";")
        self.assertEqual(len(Header(HEADER).structs["rt3d_session_options"]._fields_), declared)

    def test_defaults_are_those_of_the_init_macro(self):
        made = Header(HEADER).new("rt3d_session_options", threads=3)
        self.assertEqual((made.device, made.isa, made.threads, made.tuning_limit_ms), (b"cpu", None, 3, -1))
        self.assertEqual(made.size, ctypes.sizeof(type(made)))

    def test_defaults_of_an_array_are_taken_up(self):
        made = Header(HEADER).new("rt3d_tensor_info", rank=2)
        self.assertEqual((made.size, made.name, made.rank), (ctypes.sizeof(type(made)), None, 2))
        self.assertEqual(list(made.dims), [0] * 8)

    def test_an_appended_field_and_its_enum_are_taken_up(self):
        text = HEADER.read_text().replace(
            "} rt3d_session_options;",
            "rt3d_appended appended; /* new; here */ int64_t limits[2]; } rt3d_session_options;",
        )
        text = text.replace(
            "typedef struct rt3d_session_options {",
            "typedef enum rt3d_appended { RT3D_A = 4, RT3D_B } rt3d_appended;\n"
            "typedef struct rt3d_session_options {",
        )
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "rt3d.h"
            file.write_text(text)
            header = Header(file)
        made = header.new("rt3d_session_options", appended=header.constants["RT3D_B"])
        self.assertEqual((made.appended, list(made.limits), made.device), (5, [0, 0], b"cpu"))

    def test_what_is_not_understood_is_refused_by_name(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "odd.h"
            file.write_text("typedef struct odd { long double much; } odd;")
            with self.assertRaisesRegex(ValueError, "double much.*odd"):
                Header(file)


def run_c(body):
    """The integers that a C program prints that includes the header."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder) / "layout.c", pathlib.Path(folder) / "layout"
        source.write_text(
            '#include <stddef.h>\n#include <stdio.h>\n#include "rt3d/rt3d.h"\n'
            f"int main(void) {{\n{body}\nreturn 0;\n}}\n"
        )
        subprocess.run(
            [os.environ["RT3D_CC"], f"-I{ROOT / 'include'}", str(source), "-o", str(program)], check=True
        )
        return [
            int(line)
            for line in subprocess.run(
                [str(program)], capture_output=True, text=True, check=True
            ).stdout.split()
        ]


class BindingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rt3d = Rt3d(os.environ["RT3D_LIBRARY"], HEADER)

    def test_a_model_computes_what_pytorch_computed(self):
        folder = ROOT / "tests/fixtures/slowfast"
        with Model(self.rt3d, folder / "model.onnx") as model:
            inputs = model.inputs()
            session = Session(model, threads=1, tuning=0, database="")
        with session:
            for index in range(len(inputs)):
                session.set_input(index, npy_floats(folder / f"input_{index}.npy"))
            session.run()
            expected, got = npy_floats(folder / "output_0.npy"), session.output(0)
            self.assertEqual(len(got), len(expected))
            apart = max(abs(a - b) for a, b in zip(got, expected)) / (max(expected) - min(expected))
            self.assertLess(apart, 1e-3)
            self.assertGreater(session.stats()["macs"], 0)

    def test_the_librarys_explanations_arrive(self):
        with self.assertRaisesRegex(Rt3dError, "nothing.onnx"):
            Model(self.rt3d, "/nothing.onnx")
        with Model(self.rt3d, ROOT / "tests/fixtures/x3d/model.onnx") as model:
            with self.assertRaisesRegex(Rt3dError, "sse9"):
                Session(model, isa="sse9")

    def test_the_peak_is_a_speed(self):
        self.assertGreater(self.rt3d.peak_gflops(1), 0.1)


def record(rounds, **statuses):
    """A record with one engine per keyword and turns of 1 run each."""
    made = {
        key.replace("_", "-"): {
            "title": engines.TITLES[key.replace("_", "-")],
            "version": "1",
            "error": 1e-6,
            **about,
        }
        for key, about in statuses.items()
    }
    return {
        "model": "m",
        "threads": 1,
        "macs": 10**9,
        "reference": "ONNX Runtime",
        "engines": made,
        "rounds": [
            {"peak": 100.0, "turns": {key: {"ms": ms, "runs": 1, "cores": 1.0} for key, ms in taken.items()}}
            for taken in rounds
        ],
    }


OK = {"status": "ok"}
WRONG = {"status": "disagrees", "reason": "its outputs are 5.0e-01 of the range away"}
ABSENT = {"status": "failed", "reason": "no Conv3D"}


class SummaryTest(unittest.TestCase):
    def test_percentiles_lie_between_neighbours(self):
        self.assertEqual(
            [summary.percentile([4, 1, 3, 2, 5], p) for p in (0, 10, 50, 90, 100)], [1, 1.4, 3, 4.6, 5]
        )
        self.assertEqual(summary.percentile([7], 90), 7)

    def test_the_ratio_is_the_median_of_the_rounds_ratios(self):
        # A slow phase of the machine that hits both in one round leaves the ratio alone.
        found = summary.summarise(
            record(
                [{"rt3d": 10, "mnn": 20}, {"rt3d": 100, "mnn": 210}, {"rt3d": 10, "mnn": 19}], rt3d=OK, mnn=OK
            )
        )
        self.assertEqual(found["peer"]["engine"], "mnn")
        self.assertAlmostEqual(found["ratios"]["rt3d"]["median"], 2.0)
        self.assertAlmostEqual(found["ratios"]["rt3d"]["p90"], 2.08)

    def test_a_peer_that_computes_something_else_is_no_fastest_peer(self):
        found = summary.summarise(record([{"rt3d": 10, "mnn": 1, "torch": 30}], rt3d=OK, mnn=WRONG, torch=OK))
        self.assertEqual(found["peer"]["engine"], "torch")

    def test_a_wrong_rt3d_has_no_ratio(self):
        self.assertEqual(
            summary.summarise(record([{"rt3d": 10, "torch": 30}], rt3d=WRONG, torch=OK))["ratios"], {}
        )

    def test_the_share_of_the_peak_counts_two_operations_per_accumulation(self):
        row = summary.summarise(record([{"rt3d": 40.0}], rt3d=OK))["rows"][0]
        self.assertAlmostEqual(row["percent_of_peak"], 50.0)  # 2 GFLOP in 40 ms is 50 GFLOP/s of 100

    def test_engines_with_fewer_rounds_are_compared_in_the_rounds_they_had(self):
        found = summary.summarise(record([{"rt3d": 10, "ncnn": 100}, {"rt3d": 20}], rt3d=OK, ncnn=OK))
        self.assertEqual((found["ratios"]["rt3d"]["median"], found["rows"][1]["rounds"]), (10, 1))

    def test_turns_that_got_less_than_a_core_are_disturbed(self):
        measured = record([{"rt3d": 10, "mnn": 20}, {"rt3d": 10}], rt3d=OK, mnn=OK)
        measured["rounds"][0]["turns"]["mnn"]["cores"] = 0.3
        self.assertEqual(summary.disturbed(measured), (1, 3))
        self.assertIn("1 of 3 turns", report.record_text(measured))


class TurnsTest(unittest.TestCase):
    def test_every_engine_is_first_once_in_as_many_rounds_as_there_are(self):
        orders = [turns.rotated(["a", "b", "c"], index) for index in range(4)]
        self.assertEqual(orders, [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"]])

    def test_a_turn_warms_up_and_then_runs_at_least_once(self):
        calls = []
        turn = turns.take_turn(lambda: calls.append(1), 0)
        self.assertEqual((len(calls), turn["runs"]), (2, 1))

    def test_slow_engines_are_those_that_were_slow_twice(self):
        self.assertEqual(turns.too_slow({"a": [1, 9], "b": [8, 90], "c": [90, 8.1], "d": [90]}, 8), {"c"})
        self.assertEqual(turns.too_slow({}, 8), set())


class ReportTest(unittest.TestCase):
    measured = record([{"rt3d": 10, "torch": 25, "mnn": 3}], rt3d=OK, torch=OK, mnn=WRONG, ncnn=ABSENT)

    def test_text_has_the_ratio_and_the_reasons(self):
        text = report.record_text(self.measured)
        self.assertIn("RT3D is 2.50 × (2.50–2.50) as fast as PyTorch", text)
        self.assertRegex(text, r"MNN .*FAILED: its outputs are 5.0e-01")
        self.assertRegex(text, r"ncnn +– +no Conv3D")

    def test_csv_has_a_line_per_engine(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "out.csv"
            report.write_csv([self.measured], file)
            self.assertEqual(len(file.read_text().splitlines()), 5)

    def test_markdown_replaces_what_is_between_the_marks_and_nothing_else(self):
        about = {"device": ["cpu"], "date": "today", "commands": ["run"], "versions": ["RT3D 1"]}
        text = report.markdown([self.measured], about)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "doc.md"
            file.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
            report.write_markdown(text, file)
            written = file.read_text()
        self.assertTrue(
            written.startswith("before\n") and written.endswith("after\n") and "old" not in written
        )
        self.assertIn(
            "| m | 1 | 10.0 (200 %) | *25.0* (80 %) | (3.00) | – | **2.50 × (2.50–2.50)** | 1.0e-06 |",
            written,
        )
        self.assertIn("ncnn: no Conv3D", written)


class CollectTest(unittest.TestCase):
    def collected(self, worker):
        case = {
            "title": "m",
            "threads": 1,
            "engines": ["rt3d", "mnn", "torch"],
            "titles": engines.TITLES,
        }
        with mock.patch.object(collect, "_listen", worker):
            return collect.collect(case, dict.fromkeys(case["engines"], "1"))

    def test_an_engine_that_crashes_is_left_out_and_the_others_are_measured(self):
        def worker(case, made):
            if "mnn" in case["engines"]:
                made["rounds"].append("half a round")
                raise collect.Died("mnn", "running", "crashed (SIGSEGV)")
            made["rounds"].append({"peak": 1.0, "turns": {key: {"ms": 1.0} for key in case["engines"]}})

        made = self.collected(worker)
        self.assertEqual(
            made["engines"]["mnn"],
            {"title": "MNN", "version": "1", "status": "failed", "reason": "crashed (SIGSEGV) while running"},
        )
        self.assertEqual([list(round_["turns"]) for round_ in made["rounds"]], [["rt3d", "torch"]])

    def test_an_engine_whose_outputs_go_wrong_later_has_failed(self):
        made = record([], rt3d=OK, mnn=OK)
        for event, error in (("ready", {"ready_s": 1, "error": 1e-6}), ("checked", 0.5)):
            collect._note(made, event, "mnn", error)
        self.assertEqual(
            (made["engines"]["mnn"]["status"], made["engines"]["mnn"]["error"]), ("disagrees", 0.5)
        )

    def test_a_case_that_nobody_can_measure_says_why(self):
        def worker(case, made):
            raise collect.Died(None, "the reference outputs", "crashed (SIGKILL)")

        self.assertIn("SIGKILL", self.collected(worker)["reason"])


class OptionsTest(unittest.TestCase):
    def test_a_command_can_be_given_again(self):
        given = options.parse(
            "a/b.onnx c3d --threads 2,1,2 --engines rt3d,mnn --accuracy both --db secret --isa avx2".split()
        )
        self.assertEqual(
            options.as_command(given),
            "python3 bench/peers b.onnx c3d --threads 2,1 --rounds 7 --accuracy both --tune quick "
            "--isa avx2 --engines rt3d,mnn",
        )

    def test_nonsense_is_refused(self):
        for words in (
            "",
            "c3d --threads 0",
            "c3d --threads a",
            "c3d --engines mxnet",
            "c3d --isa sse2",
            "c3d --rounds 0",
        ):
            with self.subTest(words), mock.patch("sys.stderr"), self.assertRaises(SystemExit):
                options.parse(words.split())

    def test_free_shapes_are_refused_with_a_way_out(self):
        with self.assertRaisesRegex(models.ModelError, "make_dynamic_shape_fixed"):
            models.check_shapes(pathlib.Path("m.onnx"), [("x", (-1, 3, 8, 8))])

    def test_outputs_beyond_the_limit_are_objected_to(self):
        self.assertIsNone(objection(9e-3))
        self.assertIn("2.0e-02", objection(2e-2))
        self.assertIn("finite", objection(float("inf")))


if __name__ == "__main__":
    unittest.main()
