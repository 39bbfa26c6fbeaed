"""What bench/arm/report.py makes of listings and counts, on small ones written here. Needs neither llvm-mca nor qemu."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "bench/arm"))
import counts
import loops
import phone

LISTING = """mov x3, 8                        ; 030180D2
L0:
ldur q1, [x1]                    ; 210080D2
L1:
ldp q2, q3, [x1, 16]             ; 220440AD
ldr d4, [x1, 64]                 ; 240040FD
.dd 0xF98008C2
fmla v0.4s, v1.4s, v2.s[0]       ; 20108A4F
fmla v5.4s, v1.4s, v3.4s         ; 25CC234E
subs x3, x3, 1                   ; 630400F1
b.ne L1                          ; A1FFFF54
cbnz x4, L0                      ; 640000B5
b.ne L2                          ; 41000054
L2:
ret x30                          ; C0035FD6
"""


class HotLoops(unittest.TestCase):
    def setUp(self):
        self.found = loops.hot_loops("neon_test", LISTING)

    def test_only_the_innermost_loop_is_hot(self):
        self.assertEqual([loop.name for loop in self.found], ["neon_test+8"])
        self.assertEqual((self.found[0].first, self.found[0].end), (2, 9))

    def test_its_instructions_are_counted_by_what_they_do(self):
        loop = self.found[0]
        self.assertEqual((loop.fmlas, len(loop.body)), (2, 7))

    def test_multiplying_bounds_a_loop_that_has_more_fmlas_than_other_vector_instructions(self):
        fmlas = ["fmla v0.4s, v1.4s, v2.s[0]"] * 16
        self.assertTrue(loops.Loop("k", 0, ["ldr q1, [x1]"] * 15 + ["add x1, x1, 4"] * 9 + fmlas).by_fmla)
        self.assertFalse(loops.Loop("k", 0, ["ldr q1, [x1]"] * 8 + ["fadd v1.4s, v1.4s, v2.4s"] * 8 + fmlas).by_fmla)
        self.assertFalse(self.found[0].by_fmla)

    def test_a_prefetch_that_stands_as_data_is_named(self):
        self.assertIn("prfm #2, [x6, #16]", self.found[0].body)

    def test_a_constant_of_two_instructions_counts_as_two(self):
        lines, labels = loops.instructions("mov x16, 102464 ; 100892D23000A0F2\nL0:\n")
        self.assertEqual((lines, labels), (["movz x16, #36928", "movk x16, #1, lsl #16"], {"L0": 2}))

    def test_wide_loads_block_an_a55_for_two_cycles(self):
        # Two FMLAs, two wide loads of two lost cycles, and four instructions of which two go beside the FMLAs.
        self.assertEqual(self.found[0].a55_cycles, 2 + 4 + 2)

    def test_the_share_of_the_bound_counts_half_a_cycle_per_fmla(self):
        self.found[0].cycles["n1_19"] = 4.0
        self.assertEqual(self.found[0].share_of_fmla_bound("n1_19"), 0.25)
        self.assertIsNone(self.found[0].share_of_fmla_bound("n1_22"))


def step(problem, family, needed=0, transforms=0):
    return counts.Step(0, 0, "s", 0, needed, transforms, problem, family, "", "")


CONV = "Conv 1x64x16x56x56,c128x64x3x3x3,c128 -> 1x128x16x56x56 act=relu dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1"


class Counts(unittest.TestCase):
    def test_a_direct_convolution_needs_a_quarter_of_its_multiplications(self):
        self.assertEqual(step(CONV, "conv.direct.neon", 400).ideal_fmlas, 100)

    def test_one_in_half_precision_needs_an_eighth(self):
        self.assertEqual(step(CONV, "conv.direct_f16.neon", 400).ideal_fmlas, 50)

    def test_winograd_needs_its_points_for_every_tile(self):
        channels = 128 * 64 // 4
        self.assertEqual(step(CONV, "conv.winograd.t2s4.neon").ideal_fmlas, channels * 8 * 4 * 14 * 14 * 36)
        self.assertEqual(step(CONV, "conv.winograd.t4s2.neon").ideal_fmlas, channels * 4 * 6 * 28 * 28 * 16)

    def test_winograd_without_depth_transform_skips_planes_outside_the_clip(self):
        self.assertEqual(step(CONV, "conv.winograd.t1s2.neon").ideal_fmlas, 128 * 64 // 4 * (16 * 3 - 2) * 28 * 28 * 16)

    def test_sparse_code_needs_the_share_that_is_kept_and_dense_code_all(self):
        sparse = CONV + " sparsity=vanilla:8x4:25%"
        self.assertEqual(step(sparse, "conv.sparse.neon", 400).ideal_fmlas, 25)
        self.assertEqual(step(sparse, "conv.direct.neon", 400).ideal_fmlas, 100)
        dense = step(CONV, "conv.winograd.t4s4.neon").ideal_fmlas
        self.assertEqual(step(sparse, "conv.winograd_sparse.t4s4.neon").ideal_fmlas, dense / 4)
        self.assertEqual(step(sparse, "conv.winograd.t4s4.neon").ideal_fmlas, dense)

    def test_transforms_are_needed_whatever_share_of_the_multiplications_is_kept(self):
        sparse = CONV + " sparsity=vanilla:8x4:25%"
        dense = step(CONV, "conv.winograd.t4s4.neon").ideal_fmlas
        self.assertEqual(step(CONV, "conv.winograd.t4s4.neon", transforms=100).ideal_fmlas, dense + 100)
        self.assertEqual(step(sparse, "conv.winograd_sparse.t4s4.neon", transforms=100).ideal_fmlas, dense / 4 + 100)

    def test_a_plan_is_read_field_by_field(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "steps.tsv"
            path.write_text("step\t3\t1\tconv2\t1000\t900\t20\tConv x\tconv.winograd.t4s4.neon\tvecs=1\t1x1 -> 1x1\ncode\t10 8 tile\n")
            [s], code = counts.read_plan(path)
        self.assertEqual((s.index, s.same_as, s.name, s.macs, s.needed_macs, s.transform_fmlas), (3, 1, "conv2", 1000, 900, 20))
        self.assertEqual((s.problem, s.family, s.schedule, s.layouts), ("Conv x", "conv.winograd.t4s4.neon", "vecs=1", "1x1 -> 1x1"))
        self.assertEqual(code, [(16, 8, "tile")])

    def test_runs_of_blocks_become_iterations_of_the_loop_they_lie_in(self):
        found, s, executed = loops.hot_loops("k", LISTING), step(CONV, "conv.direct.neon"), {"k+8": 0}
        counts.attribute(s, executed, 0, 9, 1, found)  # falls into the loop
        counts.attribute(s, executed, 2, 7, 9, found)  # and goes round nine times more
        self.assertEqual(s.iterations["k+8"], (found[0], 10))
        self.assertEqual(s.loop_instructions, 70)

    def test_a_step_that_was_broken_off_is_scaled_to_what_it_needs(self):
        s = step(CONV, "conv.direct.neon", 4000)
        s.counts = {"instructions": 500, "fmla": 250}
        counts.scale_up(s)
        self.assertEqual(s.counts, {"instructions": 2000, "fmla": 1000})


class Phone(unittest.TestCase):
    def test_peak_is_eight_multiplications_per_cycle_of_four_cores(self):
        self.assertAlmostEqual(phone.peak_macs() / 1e9, 80.8, places=1)

    def test_the_slowest_part_decides(self):
        memory = phone.time(0, 0, {"l1": 0, "l2": 0, "l3": phone.BANDWIDTH / phone.LINE, "writeback": 0})
        self.assertEqual((memory.bound, round(memory.seconds, 6)), ("memory", 1.0))
        core = phone.time(phone.hertz(), 0, {"l1": 0, "l2": 0, "l3": 0, "writeback": 0})
        self.assertEqual((core.bound, core.seconds), ("core", 1.0))


if __name__ == "__main__":
    unittest.main()
