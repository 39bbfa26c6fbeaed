"""What bench/gpu makes of manifests and of the programs that it runs, and what it reports."""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from gpu_samples import BENCH, DATA, small  # noqa: I001  (puts bench/gpu on the path)
import manifest
import mesa
import model
import tiles

GUARDED = ("adreno-650", "adreno-740")
A650 = model.GPUS["adreno-650"]


def launch(**changes):
    made = {"step": "conv1a", "problem": "Conv", "family": "conv.direct.cl", "schedule": "pixels=8", "source": "small.cl", "options": "-DX=1", "kernel": "small",
            "global": [64, 4, 8], "local": [64, 2, 1], "count": 2, "multiply_adds": 64 * 4 * 8 * 80, "reads": {"weights": 100, "activations": 200}, "writes": 300}
    made.update(changes)
    return {key: value for key, value in made.items() if value != "absent"}


def plan(**changes):
    return {"model": "c3d", "mode": "half", "device": "adreno-650", "launches": [launch()], **changes}


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "small.cl").write_bytes((DATA / "small.cl").read_bytes())

    def write(self, value):
        (self.folder / "manifest.json").write_text(value if isinstance(value, str) else json.dumps(value))

    def run_report(self, *words):
        return subprocess.run([sys.executable, BENCH / "report.py", self.folder, *words], capture_output=True, text=True)


class Manifests(Folder):
    def refused(self, value, pattern):
        self.write(value)
        with self.assertRaisesRegex(manifest.Error, pattern) as caught:
            manifest.read(self.folder)
        self.assertNotIn("\n", str(caught.exception))

    def test_what_stands_there_is_read(self):
        self.write(plan(launches=[launch(local=None, units_executed=5, tile={"pixels": 8, "outputs": 4})]))
        read = manifest.read(self.folder)
        one = read.launches[0]
        self.assertEqual((read.model, read.mode, read.device, one.working, one.local, one.count, one.executed),
                         ("c3d", "half", "adreno-650", [64, 4, 8], None, 2, 5))
        self.assertEqual(vars(one.modelled("half")), vars(model.Launch(grid=[64, 4, 8], group=(), multiply_adds=5, pixels=8, element=2, bytes=600)))
        self.write(plan(launches=[launch(items=[56, 3, 8])]))
        self.assertEqual(manifest.read(self.folder).launches[0].working, [56, 3, 8])

    def test_no_file(self):
        with self.assertRaisesRegex(manifest.Error, "cannot read .*manifest.json: No such file"):
            manifest.read(self.folder)

    def test_no_json(self):
        self.refused("{", "manifest.json is not JSON: ")
        self.refused("[]", "manifest.json: wants an object")

    def test_an_unknown_gpu(self):
        self.refused(plan(device="adreno-9"), "manifest.json: unknown GPU 'adreno-9' .known: adreno-650, adreno-740, mali-g57, mali-g76, mali-g610.")

    def test_a_field_that_is_missing_or_wrong_is_named_with_its_launch(self):
        self.refused(plan(mode="double"), "mode is 'double', neither half nor float")
        self.refused(plan(launches=[launch(kernel="absent")]), r"launch 0 \(conv1a\): 'kernel' is missing")
        self.refused(plan(launches=[launch(), launch(**{"global": [64, 0]})]), r"launch 1 \(conv1a\): 'global' is \[64, 0\], not up to three positive numbers")
        self.refused(plan(launches=[launch(multiply_adds="many")]), "'multiply_adds' is \"many\"")
        self.refused(plan(launches=[launch(source="none.cl")]), "there is no none.cl beside the manifest")
        self.refused(plan(launches=[launch(tile={"pixels": 0})]), "'tile' is ")
        self.refused(plan(launches=[launch(items=[65, 4, 8])]), r"'items' is \[65, 4, 8\], not a part of the global size \[64, 4, 8\]")
        self.refused(plan(launches=[3]), "launch 0: wants an object")

    def test_the_command_says_it_in_one_line(self):
        done = self.run_report()
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1))
        self.assertIn("report: cannot read", done.stderr)
        self.write(plan())
        done = self.run_report("--gpu", "mali-g9")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "report: unknown GPU 'mali-g9' (known: adreno-650, adreno-740, mali-g57, mali-g76, mali-g610)\n")

    def test_without_mesa_the_guard_is_skipped_and_the_report_refused(self):
        self.write(plan())
        done = self.run_report("--guard", "--build", str(self.folder))
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^guard skipped: Mesa is not unpacked in .*/sysroot-gpu-amd64: scripts/sysroot-gpu amd64\n$")
        self.assertEqual(self.run_report("--build", str(self.folder)).returncode, 2)


class Batches(unittest.TestCase):
    """One process compiles many sources: what belongs to which."""
    WHO = "Mesa"

    def test_each_source_gets_its_own_lines(self):
        parts = mesa.split("device: X\nsource 0 begins\ndecl_function a\nsource 0 ends: 0\nsource 1 begins\nerror: no\nsource 1 ends: -11\n"
                           "source 2 begins\nsource 2 ends: 0\nsource 3 begins\ndecl_function half")
        self.assertEqual(parts[0].listing(self.WHO), "decl_function a\n")
        refused = parts[1].listing(self.WHO)
        self.assertEqual((type(refused), str(refused), refused.lasting), (mesa.Failed, "Mesa: error: no", True))
        self.assertEqual([part.ended for part in parts.values()], [True, True, True, False])
        self.assertEqual([part.told for part in parts.values()], [True, True, False, True])
        self.assertEqual(mesa.split("no device (-1)\n"), {})

    def test_what_crashes_is_tried_alone_and_the_rest_goes_on(self):
        asked = []

        class Faulty(mesa.Compiler):
            def program(self, _):
                return "program"

            def adreno(self, gpu, version, scratch, program, files):
                return [file.read_text() for file, _ in files], {}

        def run(command, environment, sources):
            asked.append(list(command))
            said = ""
            for i, name in enumerate(command):
                said += f"source {i} begins\n"
                if name == "crash":
                    return said, -11
                said += f"decl_function {name}\n" if name != "same" or len(command) == 1 else ""
                said += f"source {i} ends: 0\n"
            return said, 0

        with unittest.mock.patch.object(mesa, "run", run):
            compiler = Faulty(pathlib.Path("nowhere"))
            version = mesa.Mesa("sid", "amd64", pathlib.Path("nowhere"), "26.2.6-1")
            texts = compiler.compile(A650, version, [(name, "") for name in ("a", "same", "crash", "b", "c")])
        self.assertEqual([str(text) for text in texts], ["decl_function a\n", "decl_function same\n", "Mesa 26.2.6 for Adreno 650: crashed",
                                                         "decl_function b\n", "decl_function c\n"])
        self.assertTrue(texts[2].lasting)
        self.assertEqual(asked, [["a", "same", "crash", "b", "c"], ["same"], ["crash"], ["b", "c"]])

    def test_sources_are_parted_for_all_processes(self):
        self.assertEqual([len(part) for part in mesa.parted(list(range(7)), 2)], [4, 3])
        self.assertEqual(max(len(part) for part in mesa.parted(list(range(100)), 2)), mesa.MOST_AT_ONCE)


class Tiles(Folder):
    """Of a convolution of 56 rows and 32 blocks of output channels, planned in tiles of 4 rows and 2 blocks."""
    OPTIONS = "-DOH=56 -DY_BLOCKS=32 -DROWS=4 -DTILES=14 -DBLOCKS=2 -DOC_TILES=16"

    def setUp(self):
        super().setUp()
        self.write(plan(launches=[launch(options=self.OPTIONS, **{"global": [784, 16, 16]}, local=[16, 1, 1], tile={"pixels": 4, "outputs": 8, "weight_bytes": 2}),
                                  launch(step="pool1", options="")]))

    def tiles(self, *words):
        return subprocess.run([sys.executable, BENCH / "tiles.py", self.folder, "--build", str(self.folder), *words], capture_output=True, text=True)

    def test_another_tile_changes_what_follows_from_it(self):
        first = manifest.read(self.folder).launches[0]
        other = tiles.retiled(first, 7, 1)
        self.assertEqual(other.options, "-DOH=56 -DY_BLOCKS=32 -DROWS=7 -DTILES=8 -DBLOCKS=1 -DOC_TILES=32")
        self.assertEqual((other.working, other.tile), ([448, 16, 32], {"pixels": 7, "outputs": 4, "weight_bytes": 2}))
        self.assertEqual((first.options, first.working), (self.OPTIONS, [784, 16, 16]))

    def test_each_tile_is_a_row(self):
        root = self.folder / "sysroot-gpu-amd64/sid"
        root.mkdir(parents=True)
        (root / ".complete").touch()
        (root / ".mesa-version").write_text("26.2.6-1\n")
        for options, registers in ((self.OPTIONS, 4), ("-DOH=56 -DY_BLOCKS=32 -DROWS=7 -DTILES=8 -DBLOCKS=1 -DOC_TILES=32", 9)):
            key = mesa.key_of(A650, mesa.Mesa("sid", "amd64", root, "26.2.6-1"), (DATA / "small.cl").read_text(), options)
            text = (DATA / "small.adreno-650.txt").read_text().replace("4 full", f"{registers} full")
            mesa.write(self.folder / "gpu-report/cache" / f"{key}.txt.gz", gzip.compress(text.encode()))
        done = self.tiles("--step", "conv1a", "--tiles", "4x2,7x1,64x1")  # there are not so many rows
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()[4:]]
        self.assertEqual([(row[0], row[6]) for row in rows], [("4×8", "4"), ("7×4", "9")])

    def test_what_is_no_tile_is_said_in_a_line(self):
        for words, said in ((("--step", "conv9"), "has no step conv9: conv1a, pool1"), (("--step", "pool1"), "no convolution in tiles"),
                            (("--step", "conv1a"), "Mesa is not unpacked")):
            done = self.tiles(*words)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1))
            self.assertIn(said, done.stderr)
        (self.folder / "sysroot-gpu-amd64/sid").mkdir(parents=True)
        (self.folder / "sysroot-gpu-amd64/sid/.complete").touch()
        (self.folder / "sysroot-gpu-amd64/sid/.mesa-version").write_text("26.2.6-1\n")
        self.assertIn("--tiles is '4', not like", self.tiles("--step", "conv1a", "--tiles", "4").stderr)


class Surveys(unittest.TestCase):
    """With programs that stand for rt3d and rt3d-gpu-kernels."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.build = pathlib.Path(temporary.name)
        self.log = self.build / "log"
        self.program("bin/rt3d", f'echo "$@" >>{self.log}; touch "$4"; case "$2" in c3d) ;; *) echo "error: unknown model $2" >&2; exit 2; esac')
        made = json.dumps(plan()).replace("adreno-650", "'$3'")
        self.program("bench/rt3d-gpu-kernels", f"echo \"$@\" >>{self.log}; mkdir -p $7; cp {DATA}/small.cl $7; echo '{made}' >$7/manifest.json")
        for suite, version in (("trixie-backports", "26.1.6-1"), ("sid", "26.2.6-1")):
            root = self.build / "sysroot-gpu-amd64" / suite
            root.mkdir(parents=True)
            (root / ".complete").touch()
            (root / ".mesa-version").write_text(f"{version}\n")
            for gpu in GUARDED:
                key = mesa.key_of(model.GPUS[gpu], mesa.Mesa(suite, "amd64", root, version), (DATA / "small.cl").read_text(), "-DX=1")
                mesa.write(self.build / "gpu-report/cache" / f"{key}.txt.gz", gzip.compress((DATA / "small.adreno-650.txt").read_text().encode()))

    def program(self, name, text):
        path = self.build / "release" / name
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        os.utime(path, (1, 1))

    def survey(self, *words):
        return subprocess.run([sys.executable, BENCH / "survey.py", *words, "--build", str(self.build)], capture_output=True, text=True)

    def test_models_are_made_planned_and_judged_once(self):
        for _ in range(2):
            done = self.survey("c3d:kgs:8x4:3.6", "--gpu", "adreno-650", "--gpu", "adreno-740")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = self.log.read_text().splitlines()
        self.assertEqual(len(lines), 5)  # one model, two GPUs in two modes; nothing the second time
        self.assertRegex(lines[0], "^make-model c3d -o .*/gpu-report/models/c3d-kgs-8x4-3.6.part --sparsity kgs:8x4:3.6$")
        self.assertRegex(lines[1], "models/c3d-kgs-8x4-3.6.onnx --device adreno-650 --accuracy half -o .*/plans/c3d-kgs-8x4-3.6/half/adreno-650$")
        self.assertRegex(lines[4], "--device adreno-740 --accuracy default ")
        self.assertEqual(done.stdout.count("| c3d | half | Adreno"), 4)  # what the plans call themselves
        self.assertEqual((self.build / "gpu-report/summary.md").read_text(), done.stdout)
        self.assertIn("## c3d, half, Adreno 740", (self.build / "gpu-report/report.md").read_text())
        self.assertEqual(len(json.loads((self.build / "gpu-report/report.json").read_text())["models"]), 4)

    def test_the_guard_plans_nothing_where_mesa_is_not_unpacked(self):
        shutil.rmtree(self.build / "sysroot-gpu-amd64")
        done = self.survey("c3d", "--gpu", "adreno-650", "--guard")
        self.assertEqual(done.returncode, 0)
        self.assertIn("guard skipped: Mesa is not unpacked", done.stdout)
        self.assertFalse(self.log.exists())

    def test_the_guard_looks_at_every_plan(self):
        done = self.survey("c3d", "--gpu", "adreno-650", "--gpu", "adreno-740", "--mode", "half", "--guard")
        self.assertEqual((done.returncode, done.stdout), (0, "guard: 2 kernels of 2 plans spill nothing and keep their waves\n"))

    def test_a_gpu_whose_compiler_is_missing_is_said(self):
        done = self.survey("c3d", "--gpu", "all", "--mode", "half")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, "^survey: Mesa is not unpacked in .*sysroot-gpu-arm64: scripts/sysroot-gpu arm64\n$")
        self.assertEqual(done.stdout.count("| c3d | half | Adreno"), 2)

    def test_what_a_program_says_is_said(self):
        done = self.survey("nothing", "--gpu", "adreno-650")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
        self.assertIn("error: unknown model nothing", done.stderr)
        (self.build / "release/bin/rt3d").unlink()
        self.assertIn("No such file or directory (cmake --build --preset release)", self.survey("c3d").stderr)


class Reports(Folder):
    """Over answers that are kept already, as a second run finds them."""

    def setUp(self):
        super().setUp()
        self.write(plan())
        self.text = (DATA / "small.adreno-650.txt").read_text()

    def keep(self, older=None, newer=None, version="26.2.6-1"):
        for suite, version, text in (("trixie-backports", "26.1.6-1", older or self.text), ("sid", version, newer or self.text)):
            root = self.folder / "sysroot-gpu-amd64" / suite
            root.mkdir(parents=True)
            (root / ".complete").touch()
            (root / ".mesa-version").write_text(f"{version}\n")
            for gpu in GUARDED:
                version_of = mesa.Mesa(suite, "amd64", root, version)
                key = mesa.key_of(model.GPUS[gpu], version_of, (DATA / "small.cl").read_text(), "-DX=1")
                mesa.write(self.folder / "gpu-report/cache" / f"{key}.txt.gz", gzip.compress(text.encode()))

    def run_on_kept(self, *words):
        return self.run_report("--build", str(self.folder), *words)

    def test_both_versions_stand_side_by_side(self):
        self.keep(older=self.text.replace("4 full", "9 full"))
        done = self.run_on_kept("--gpu", "adreno-650", "--markdown", str(self.folder / "out.md"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        row = next(line for line in done.stdout.splitlines() if "conv1a" in line)
        self.assertIn("| conv1a ×2 | conv.direct.cl small | 0.00 | 35 | 23 % | 2 | 0.250 | 5 | 6 | 12 | 9 / 4 | 16 × 128 | 0:0 |", row)
        self.assertEqual((self.folder / "out.md").read_text(), done.stdout)
        self.assertTrue(list((self.folder / "gpu-report/cache").glob("*.json")))

    def test_a_plan_is_judged_on_its_own_gpu_unless_others_are_named(self):
        self.keep()
        self.assertNotIn("Adreno 740", self.run_on_kept().stdout)
        done = self.run_on_kept("--gpu", "adreno-740", "--gpu", "adreno-650", "--gpu", "adreno-740")
        self.assertEqual((done.stdout.count("## c3d, half, Adreno 740"), done.stdout.count("## c3d, half, Adreno 650")), (1, 1))

    def test_the_summary_counts_spills_and_waves_and_takes_the_least_share(self):
        self.keep(older=(DATA / "spill.adreno-650.txt").read_text().replace("__wrapped_spill", "__wrapped_small"),
                  newer=self.text.replace("1 double_threadsize", "0 double_threadsize"))
        self.write(plan(launches=[launch(), launch(step="pool1", multiply_adds=0)]))
        row = self.run_on_kept().stdout.split("## Models\n\n")[1].splitlines()[2]
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        self.assertEqual(cells[:6], ["c3d", "half", "Adreno 650", "26.1.6 / 26.2.6", "0.00", "4"])
        self.assertEqual(cells[-3:], ["12 % / 23 %", "2 of 2 / 0 of 2", "1 of 1 / 0 of 1"])

    def test_json_holds_codes_and_times(self):
        self.keep()
        done = self.run_on_kept("--json", "--gpu", "adreno-650")
        read = json.loads(done.stdout)["models"][0]
        one = read["launches"][0]["gpus"]["adreno-650"]["26.2.6"]
        self.assertEqual((one["loop"]["slots"], one["registers"], one["lanes_launched"]), (35, 4, 128))
        self.assertAlmostEqual(read["milliseconds"]["adreno-650"]["26.2.6"]["optimistic"], 2e3 * one["times"]["optimistic"]["seconds"])

    def test_the_guard_lets_good_kernels_pass(self):
        self.keep()
        done = self.run_on_kept("--guard")
        self.assertEqual((done.returncode, done.stdout), (0, "guard: 1 kernels of 1 plans spill nothing and keep their waves\n"))

    def test_the_guard_stops_spills_and_narrow_waves_with_a_line_each(self):
        self.keep(older=self.text.replace("l15:\n", "l15:\nMESA: info: stp.u32 p[r1.x], r0.x, 4\n"),
                  newer=self.text.replace("4 full", "33 full").replace("1 double_threadsize", "0 double_threadsize"))
        done = self.run_on_kept("--guard")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[0], "c3d half: conv1a, conv.direct.cl small on Adreno 650 by Mesa 26.1.6: spills (1:0 stores and loads, 16 bytes of stack a work-item)")
        self.assertEqual(lines[1], "c3d half: conv1a, conv.direct.cl small on Adreno 650 by Mesa 26.2.6: waves of 64 instead of 128 (33 registers)")
        self.assertEqual(self.run_on_kept("--guard", "--mesa", "sid").stdout.count("\n"), 1)

    def test_the_guard_stops_a_kernel_that_really_spills(self):
        self.keep(newer=(DATA / "spill.adreno-650.txt").read_text().replace("__wrapped_spill", "__wrapped_small"))
        done = self.run_on_kept("--guard")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "c3d half: conv1a, conv.direct.cl small on Adreno 650 by Mesa 26.2.6: "
                         "spills (2:2 stores and loads, 64 bytes of stack a work-item)\n")

    def test_what_an_unknown_version_of_mesa_complains_of_is_said_and_not_counted(self):
        self.keep(newer=self.text.replace("4 full", "33 full").replace("1 double_threadsize", "0 double_threadsize"), version="26.3.0-1")
        done = self.run_on_kept("--guard")
        self.assertEqual(done.returncode, 0)
        first, last = done.stdout.splitlines()
        self.assertRegex(first, "^not counted, Mesa 26.3.0 is none of those .*: c3d half: conv1a, .* waves of 64 instead of 128 .33 registers.$")
        self.assertEqual(last, "guard: 1 kernels of 1 plans were looked at")

    def test_the_guard_says_a_kernel_of_several_steps_once(self):
        self.keep(older=self.text.replace("l15:\n", "l15:\nMESA: info: stp.u32 p[r1.x], r0.x, 4\n"))
        self.write(plan(launches=[launch(), launch(step="conv2"), launch(step="conv3")]))
        lines = self.run_on_kept("--guard").stdout.splitlines()
        self.assertEqual(len(lines), 1)
        self.assertIn("c3d half: conv1a and 2 more, conv.direct.cl small on Adreno 650 by Mesa 26.1.6: spills", lines[0])

    def test_a_small_work_group_loses_wide_waves_too_but_not_for_float_sums(self):
        self.keep()
        self.write(plan(launches=[launch(local=[16, 4, 1])]))
        self.assertIn("waves of 64 instead of 128 (work-group [16, 4, 1])", self.run_on_kept("--guard").stdout)
        self.write(plan(mode="float", launches=[launch(local=[16, 4, 1])]))
        self.assertEqual(self.run_on_kept("--guard").returncode, 0)
        self.write(plan(launches=[launch(local=[16, 4, 1], multiply_adds=0)]))
        self.assertEqual(self.run_on_kept("--guard").returncode, 0)

    def test_the_check_wants_three_quarters_of_the_slots(self):
        self.keep()
        done = self.run_on_kept("--check", "--gpu", "adreno-650")
        self.assertEqual(done.returncode, 1)
        self.assertIn("gate missed: c3d half: conv1a, conv.direct.cl small on Adreno 650 by Mesa 26.2.6: 22.9 % of the loop's slots multiply, wanted 75 %", done.stdout)

    def test_a_kernel_that_is_not_in_its_source_is_said(self):
        self.keep()
        self.write(plan(launches=[launch(kernel="other")]))
        done = self.run_on_kept("--gpu", "adreno-650")
        self.assertIn("does not compile: small.cl [-DX=1] has no kernel other", done.stdout)
        self.assertEqual(self.run_on_kept("--guard").returncode, 1)


if __name__ == "__main__":
    unittest.main()