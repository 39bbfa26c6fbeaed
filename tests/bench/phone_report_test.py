"""What bench/arm/report.py --phone makes of a phone kit's results, on ones written here."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REPORT = ROOT / "bench/arm/report.py"
sys.path.insert(0, str(REPORT.parent))
import phone_report

FAST = {"name": "fast", "cpus": [4, 5, 6, 7]}
LITTLE = {"name": "little", "cpus": [0, 1, 2, 3]}
ALL = {"name": "all", "cpus": list(range(8))}
COOL, WARM = {"celsius": [-273.0, 31.0, None], "mhz": [2419.2]}, {"celsius": [-273.0, 55.5, 40.0], "mhz": [1804.8]}


def row(threads, problem, schedule):
    return "\t".join(["neon/4 x Cortex-A77/l1=64K", str(threads), problem, "conv.direct.neon", "3", schedule, "900", "1000", "1", "0"])


def bench(network, accuracy, cores, threads, ms, checked=True):
    layers = [{"name": "conv1", "family": family, "ns": ns} for family, ns in (("reorder.copy.cpu", 1e5), ("conv.direct.neon", 9.9e6))]
    return {"id": f"bench-{network}-{accuracy}-{cores['name']}-{threads}", "kind": "bench", "network": network, "accuracy": accuracy,
            "cores": cores, "threads": threads, "checked": checked, "heat": {"before": COOL, "after": WARM},
            "report": {"checks": [{"accuracy": accuracy, "right": checked, "largest_difference": 2e-2, "limit": 1e-3}],
                       "bench": {"median_ns": ms * 1e6, "p90_ns": ms * 1.1e6, "percent_of_peak": 87.5, "layers": layers}}}


RESULTS = {
    "kind": "phone-kit", "kit_schema": 1, "quick": False, "finished": True, "version": "0.1.0", "commit": "abc", "date": "2026-12-01T00:00:00Z",
    "facts": {"device": "4 x Cortex-A77 + 4 x Cortex-A55, neon, 8 cores", "kernel": "Linux 4.19 aarch64", "memory_bytes": 8 << 30, "cpuinfo": "",
              "properties": {"ro.product.manufacturer": "Acme", "ro.product.model": "One", "ro.soc.model": "SM8250"}},
    "core_sets": [FAST, ALL, LITTLE],
    "steps": [bench("c3d", "default", FAST, 4, 98.5), bench("c3d", "default", LITTLE, 4, 400),
              {"id": "sustained-c3d-kgs-default-fast-4", "kind": "sustained", "network": "c3d-kgs", "accuracy": "default", "cores": FAST, "threads": 4,
               "checked": True, "heat": {"before": COOL, "after": WARM, "series": [{"at_s": 0, **COOL}, {"at_s": 30, **WARM}]},
               "report": {"checks": [], "sustained": {"windows": [[0.0, 12, 40.0, 41.0], [30.0, 10, 50.0, 61.0], [59.5, 9, 60.0, 66.0]]}}}],
    "seeds": [{"cores": FAST, "rows": f"rt3d-tuning\t2\n# device: Phone\n{row(4, 'b', 'x')}\n{row(4, 'a', 'x')}\n"},
              {"cores": ALL, "rows": f"rt3d-tuning\t2\n{row(8, 'a', 'y')}\n{row(4, 'a', 'slower')}\n"},
              {"cores": LITTLE, "rows": f"rt3d-tuning\t2\n{row(4, 'c', 'z')}\n"}],
}


class PhoneReport(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.results = copy.deepcopy(RESULTS)

    def run_report(self, *options):
        path = self.folder / "results.json"
        path.write_text(json.dumps(self.results))
        return subprocess.run([sys.executable, REPORT, "--phone", path, *options], capture_output=True, text=True, check=False)

    def test_measured_times_stand_beside_the_model_figures_of_the_same_network(self):
        done = self.run_report("--check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Acme One, SM8250", done.stdout)
        self.assertIn("| c3d | default | fast x 4 | right | 98.50 | 108.35 | 87.5 % | 103 | 107 | 31.00 | 55.50 |", done.stdout)
        self.assertIn("| c3d | default | little x 4 | right | 400.00 | 440.00 | 87.5 % | – | – |", done.stdout)
        self.assertIn("40.0 ms at the beginning, 60.0 ms in the last 10 s (1.50 x)", done.stdout)
        self.assertIn("31.0 °C at the beginning, 55.5 °C at most", done.stdout)

    def test_layers_stand_beside_those_of_a_csv(self):
        (self.folder / "c3d-default.csv").write_text("step,family,ms n1_19,ms n1_22\nconv1,reorder.copy.cpu,0.21,0.21\nconv1,conv.direct.neon,13.65,13.75\n")
        out = self.run_report("--figures", self.folder).stdout
        self.assertIn("| conv1 | reorder.copy.cpu, conv.direct.neon | 10.00 | 13.86 | 13.96 |", out)
        self.assertIn("| 98.50 | 108.35 | 87.5 % | 13.86 | 13.96 |", out)

    def test_what_is_wrong_or_missing_is_told_and_checked(self):
        self.results["steps"][0] = bench("c3d", "default", FAST, 4, 98.5, checked=False)
        self.results["steps"].append({"id": "bench-s3d-half-fast-4", "kind": "bench", "checked": False, "skipped": "needs about 900 MiB of memory"})
        self.results["finished"] = False
        done = self.run_report("--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("bench-c3d-default-fast-4: default: 2.0e-02 of the range, limit 1e-03", done.stdout)
        self.assertIn("bench-s3d-half-fast-4: needs about 900 MiB of memory", done.stdout)
        self.assertIn("the kit did not finish", done.stdout)
        self.assertEqual(self.run_report().returncode, 0)

    def test_seeds_are_rows_of_the_sets_that_apps_run_on_with_where_they_come_from(self):
        seeds = self.folder / "seeds.tsv"
        self.assertEqual(self.run_report("--seeds", seeds).returncode, 0)
        lines = seeds.read_text().split("\n")
        self.assertEqual(lines[0], "rt3d-tuning\t2")
        self.assertEqual(lines[1], "# device: Phone")
        self.assertIn("# Acme One, SM8250", lines[2])
        self.assertEqual([line for line in lines[1:] if not line.startswith("#")], [row(4, "a", "x"), row(4, "b", "x"), row(8, "a", "y"), ""])

    def test_there_are_no_seeds_of_wrong_results_nor_of_rows_that_it_does_not_know(self):
        self.results["seeds"][0]["rows"] = "rt3d-tuning\t3\n"
        done = self.run_report("--seeds", self.folder / "seeds.tsv")
        self.assertEqual(done.returncode, 1)
        self.assertIn("rows begin with 'rt3d-tuning\\t3'", done.stderr)
        self.results["steps"][0]["checked"] = False
        self.assertIn("no seeds: outputs are wrong in bench-c3d-default-fast-4", self.run_report("--seeds", self.folder / "seeds.tsv").stderr)
        self.assertFalse((self.folder / "seeds.tsv").exists())

    def test_other_files_are_refused_in_one_line(self):
        self.results = {"kind": "other"}
        done = self.run_report()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^report: .* is no phone kit's results.json\n$")
        self.results = {"kind": "phone-kit", "kit_schema": 2}
        self.assertIn("is of schema 2, this report reads 1", self.run_report().stderr)

    def test_absent_sensors_are_no_temperatures(self):
        self.assertEqual(phone_report.hottest(WARM), 55.5)
        self.assertIsNone(phone_report.hottest({"celsius": [-273.0, None, 0]}))


if __name__ == "__main__":
    unittest.main()
