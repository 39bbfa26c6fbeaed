"""What bench/gpu makes of listings of Adreno and Mali kernels."""
import json
import unittest

from gpu_samples import DATA, small  # noqa: I001  (puts bench/gpu on the path)
import listings
import model


class Adreno(unittest.TestCase):
    def setUp(self):
        self.code = small("adreno-650")

    def test_the_loop_ends_at_the_branch_back_and_repeats_and_nops_take_slots(self):
        self.assertTrue(self.code.looping)
        self.assertEqual(self.code.loop.slots, 35)
        wanted = {"multiply-adds": 8, "waits": 12, "addresses": 5, "moves": 6, "loads": 2, "other": 2}
        self.assertEqual({kind: n for kind, n in self.code.loop.kinds.items() if n}, wanted)

    def test_multiply_adds_and_bytes_are_counted(self):
        self.assertEqual((self.code.loop.multiply_adds, self.code.loop.load_bytes, self.code.whole.store_bytes), (8, 16, 8))
        self.assertAlmostEqual(self.code.loop.share, 8 / 35)

    def test_16_bit_slots_are_those_without_a_32_bit_register(self):
        self.assertEqual(self.code.loop.narrow, 8 + 12 + 1)

    def test_padding_behind_the_end_is_not_code(self):
        self.assertEqual(self.code.whole.slots, 60)  # as the statistics say; seven nops follow

    def test_registers_and_waves_are_the_compilers_words(self):
        self.assertEqual((self.code.registers, self.code.waves, self.code.lanes, self.code.spills, self.code.fills), (4, 16, 128, 0, 0))

    def test_spills_are_seen_in_and_outside_of_loops(self):
        text = (DATA / "small.adreno-650.txt").read_text()
        spilled = text.replace("l15:\n", "l15:\nMESA: info: stp.u32 p[r1.x], r0.x, 4\nMESA: info: (ss)ldp.u32 r0.x, p[r3.x], 2\n")
        code = listings.read(spilled, "ir3")["small"]
        self.assertEqual((code.spills, code.fills, code.loop.stack_bytes, code.loop.kinds["stack"]), (1, 1, 24, 2))

    def test_images_are_texels_of_the_bytes_that_arrive(self):
        body = listings.ir3_body(["(sy)isam (f16)(xyzw)hr8.z, r4.x, s#0, t#0", "saml (f32)(xyzw)r6.z, r2.y, r40.x, s#0, t#0"])
        self.assertEqual((body.kinds["texels"], body.texel_bytes), (2, 8 + 16))

    def test_of_two_loops_the_one_that_multiplies_most_is_hot(self):
        lines = ["l0:", "add.u r0.x, r0.x, 1", "l1:", "mad.f32 r0.x, r0.y, r0.z, r0.x", "br p0.x, #l1", "l2:", "(rpt3)mad.f32 r0.x, r0.y, r0.z, r0.x",
                 "br p0.x, #l2", "br p0.x, #l0", "; CL prog 1/1: 1 full, 16 max_waves, 0 double_threadsize"]
        code = listings.read_ir3("k", lines)
        self.assertEqual((code.loop.multiply_adds, code.loop.slots, code.loop.narrow, code.lanes), (4, 5, 0, 64))

    def test_a_kernel_without_loops_is_judged_as_a_whole(self):
        code = listings.read_ir3("k", ["mad.f32 r0.x, r0.y, r0.z, r0.x", "end", "; CL prog 1/1: 1 full, 16 max_waves, 1 double_threadsize"])
        self.assertEqual((code.looping, code.loop.slots, code.loop.multiply_adds), (False, 2, 1))

    def test_the_compilers_own_kernels_are_left_out_and_the_last_variant_wins(self):
        text = (DATA / "small.adreno-650.txt").read_text()
        first = text.replace("4 full", "9 full")
        own = text.replace("__wrapped_small", "__wrapped_clear_buffer4")
        codes = listings.read(own + first + text, "ir3")
        self.assertEqual((list(codes), codes["small"].registers), (["small"], 4))

    def test_a_listing_that_is_cut_off_is_an_error(self):
        with self.assertRaisesRegex(listings.Unreadable, "small is cut off"):
            listings.read((DATA / "small.adreno-650.txt").read_text().partition("; CL prog")[0], "ir3")

    def test_what_was_read_survives_being_kept(self):
        self.assertEqual(listings.Code.from_json(json.loads(json.dumps(self.code.to_json()))), self.code)


class Mali(unittest.TestCase):
    def test_valhalls_loop_goes_back_by_an_offset(self):
        code = small("mali-g57")
        self.assertEqual((code.looping, code.loop.slots, code.loop.multiply_adds, code.loop.load_bytes), (True, 32, 8, 4 + 8))
        self.assertEqual(code.loop.kinds["multiply-adds"], 4)  # of two halves each

    def test_valhalls_units_are_counted_as_mesa_counts_them(self):
        code, rates = small("mali-g57"), model.GPUS["mali-g57"].rates
        for unit in ("fma", "cvt", "sfu", "ls"):
            self.assertAlmostEqual(code.whole.units[unit] / rates[unit], code.cycles[unit], delta=0.07, msg=unit)

    def test_bifrosts_loop_goes_back_to_a_clause(self):
        code = small("mali-g76")
        self.assertEqual((code.looping, code.loop.multiply_adds, code.loop.kinds["multiply-adds"], code.loop.load_bytes), (True, 8, 4, 4 + 8))
        self.assertEqual((code.whole.slots, code.loop.slots), (38, 27))

    def test_bifrosts_arithmetic_is_counted_as_mesa_counts_it(self):
        code = small("mali-g76")
        self.assertAlmostEqual(code.whole.units["arith"] / 24, code.cycles["arith"], places=3)
        self.assertEqual(code.whole.units["ls"], code.cycles["ldst"])

    def test_registers_threads_and_spills_are_the_compilers_words(self):
        self.assertEqual([(c.registers, c.threads, c.spills, c.fills) for c in (small("mali-g57"), small("mali-g76"))], [(11, 2, 0, 0), (8, 2, 0, 0)])
        text = (DATA / "small.mali-g57.txt").read_text().replace("0:0 spills:fills", "18:41 spills:fills").replace("2 threads", "1 threads")
        code = listings.read(text, "valhall")["small"]
        self.assertEqual((code.threads, code.spills, code.fills), (1, 18, 41))

    def test_the_stack_is_told_from_buffers(self):
        body = listings.Body()
        listings.mali_classify(body, "LOAD.i32.force.unsigned.slot2 @r1, thread_local_pointer.w0, offset:64")
        listings.mali_classify(body, "+STORE.i32.tl t1, r1, r2, @r62")
        self.assertEqual((body.kinds["stack"], body.stack_bytes, body.load_bytes, body.units["ls"]), (2, 8, 0, 2))

if __name__ == "__main__":
    unittest.main()
