"""What bench/gpu makes of constants: waves, threads and predicted times."""
import unittest

from gpu_samples import BENCH, body, code  # noqa: I001  (puts bench/gpu on the path)
import model

A650, G57, G610 = model.GPUS["adreno-650"], model.GPUS["mali-g57"], model.GPUS["mali-g610"]


class Occupancy(unittest.TestCase):
    def test_waves_in_flight_are_those_that_mesa_prints(self):
        for gpu, registers, lanes, waves in (("adreno-650", 16, 128, 4), ("adreno-650", 27, 128, 2), ("adreno-650", 32, 128, 2), ("adreno-650", 32, 64, 4),
                                             ("adreno-650", 21, 64, 6), ("adreno-650", 9, 64, 14), ("adreno-650", 5, 128, 12), ("adreno-650", 2, 128, 16),
                                             ("adreno-740", 16, 128, 6), ("adreno-740", 24, 128, 4), ("adreno-740", 28, 128, 2)):
            self.assertEqual(model.waves_in_flight(model.GPUS[gpu], registers, lanes), waves, (gpu, registers, lanes))

    def test_waves_of_128_want_32_registers_on_a_650_and_a_group_above_64(self):
        self.assertTrue(model.wide_waves_fit(A650, 32, 128))
        self.assertFalse(model.wide_waves_fit(A650, 33, 128))
        self.assertFalse(model.wide_waves_fit(A650, 16, 64))
        self.assertTrue(model.wide_waves_fit(model.GPUS["adreno-740"], 48, 0))

    def test_lanes_idle_in_a_groups_last_wave_and_in_the_last_round(self):
        self.assertEqual(model.filled(A650, model.Launch(grid=(128 * 6,), group=(128,), multiply_adds=1), 128), 1)
        self.assertAlmostEqual(model.filled(A650, model.Launch(grid=(192 * 3,), group=(192,), multiply_adds=1), 128), 0.75)
        self.assertAlmostEqual(model.filled(A650, model.Launch(grid=(128 * 4,), group=(128,), multiply_adds=1), 128), 4 / 6)

    def test_lanes_idle_where_work_groups_stick_out_of_the_grid(self):
        # 112 columns in groups of 128: of each of three waves 16 lanes idle. 49 columns by 2 planes in groups of 64 by 2: two waves of 64 with 49.
        self.assertAlmostEqual(model.filled(A650, model.Launch(grid=(112, 3), group=(128, 1), multiply_adds=1), 128), 112 / 128)
        self.assertEqual(model.working_waves((49, 2, 1), (64, 2, 1), 64), 2)
        # A warp of 16 that sticks out as a whole costs nothing: seven of eight have work.
        self.assertEqual(model.working_waves((112, 3, 1), (128, 1, 1), 16), 21)
        self.assertEqual(model.working_waves((7, 2, 5), (8, 2, 4), 16), 5)


class Model(unittest.TestCase):
    # 30 work-groups of 128: ten rounds of three SPs; 5 turns of a loop of 64 multiply-adds.
    LAUNCH = model.Launch(grid=(3840,), group=(128,), multiply_adds=3840 * 64 * 5, pixels=8)

    def test_peaks_are_the_published_ones(self):
        peaks = {key: round(model.peak(gpu) / 1e9) for key, gpu in model.GPUS.items()}
        self.assertEqual(peaks, {"adreno-650": 902, "adreno-740": 2089, "mali-g57": 122, "mali-g76": 346, "mali-g610": 660})
        self.assertEqual(round(model.peak(A650, narrow=False) / 1e9), 451)

    def test_a_16_bit_slot_takes_half_the_time_in_waves_of_128(self):
        # 5 turns x (20 + 80 / 2) lanes' clocks, 256 lanes in each of 3 SPs at 587 MHz: 3840 x 300 / (768 x 587e6) = 2.5554 us
        t = model.time(A650, code(body()), self.LAUNCH, "optimistic")
        self.assertAlmostEqual(t.arithmetic * 1e6, 2.5554 / 0.99, places=3)
        narrow_waves = model.time(A650, code(body(), lanes=64), self.LAUNCH, "optimistic")
        self.assertAlmostEqual(narrow_waves.arithmetic / t.arithmetic, 100 / 60)

    def test_what_stands_outside_of_the_loop_is_added_once(self):
        t = model.time(A650, code(body(), outside=100), self.LAUNCH, "optimistic")  # 100 clocks more than 300
        self.assertAlmostEqual(t.arithmetic * 1e6, 2.5554 * 4 / 3 / 0.99, places=3)

    def test_a_loop_of_which_no_multiply_adds_tell_counts_once(self):
        pooling = model.Launch(grid=(3840,), group=(128,), multiply_adds=0)  # 60 clocks in the loop and 100 outside
        t = model.time(A650, code(body(multiply_adds=0), outside=100), pooling, "optimistic")
        self.assertAlmostEqual(t.arithmetic * 1e6, 2.5554 * 160 / 300 / 0.99, places=3)

    def test_a_buffer_gives_what_was_measured_of_a_640(self):
        # 27.35 bytes per clock and 128 lanes: 96.3 GB/s on six units at 587 MHz. 3840 x 5 x 128 bytes / 96.328e9 = 25.513 us.
        loaded = code(body(load_bytes=128, kinds={"loads": 8}))
        t = model.time(A650, loaded, self.LAUNCH, "pessimistic")
        self.assertAlmostEqual(t.loads * 1e6, 25.513, places=2)

    def test_pessimistic_small_loads_cost_16_bytes_each(self):
        small_loads = code(body(load_bytes=64, kinds={"loads": 8}))  # 8 bytes each
        self.assertAlmostEqual(model.time(A650, small_loads, self.LAUNCH, "pessimistic").loads * 1e6, 25.513, places=2)

    def test_optimistic_weights_are_fetched_once_a_wave(self):
        # Of 128 bytes 64 / 8 x 2 = 16 are weights, of which 1/128 is fetched: 112.125 bytes a turn.
        loaded = code(body(load_bytes=128, kinds={"loads": 8}))
        t = model.time(A650, loaded, self.LAUNCH, "optimistic")
        self.assertAlmostEqual(t.loads * 1e6, 25.513 * 112.125 / 128, places=2)

    def test_the_longer_part_counts_and_pessimistic_a_share_of_the_shorter(self):
        loaded = code(body(load_bytes=128, kinds={"loads": 8}))  # 16 registers: 4 waves
        t = model.time(A650, loaded, self.LAUNCH, "pessimistic")
        self.assertAlmostEqual(t.core, t.loads + t.arithmetic / 4)
        self.assertAlmostEqual(t.seconds, t.core + 50e-6)
        self.assertEqual(t.bound, "launch")

    def test_memory_counts_every_tensor_once(self):
        t = model.time(A650, code(body()), model.Launch(grid=(3840,), group=(128,), multiply_adds=0, bytes=30.8e6), "optimistic")
        self.assertEqual((t.bound, round(t.seconds * 1e6)), ("memory", 1010))

    def test_mali_takes_its_busiest_unit(self):
        units = {"fma": 64, "cvt": 32, "sfu": 24, "ls": 8}
        launch = model.Launch(grid=(3200,), group=(64,), multiply_adds=3200 * 64 * 5, pixels=8)
        # G57, a turn: fma 64 / 32 = 2, sfu 24 / 8 = 3 clocks. 3200 x 5 x 3 / (2 x 950e6) = 25.263 us.
        t = model.time(G57, code(body(units=units), threads=2), launch, "optimistic")
        self.assertAlmostEqual(t.arithmetic * 1e6, 25.263 / 0.98, places=2)
        # G610 issues all of 120 at 64 a clock: 1.875. 50 groups on six cores: nine rounds, 50 / 54 of them filled.
        t = model.time(G610, code(body(units=units), threads=2), launch, "optimistic")
        self.assertAlmostEqual(t.arithmetic * 1e6, 3200 * 5 * 1.875 / (6 * 860) / (50 / 54) / 0.98, places=2)

    def test_mali_loads_lines(self):
        units = {"fma": 64, "ls": 8}
        launch = model.Launch(grid=(3200,), group=(64,), multiply_adds=3200 * 64 * 5, pixels=8)
        loaded = code(body(units=units, load_bytes=128, kinds={"loads": 8}), threads=2)
        # Pessimistic: 128 bytes / 64 = 2 clocks a turn. Optimistic: 16 of them weights, of which 1/16 is fetched: 113 / 64.
        clocks = 3200 * 5 / (2 * 950)
        self.assertAlmostEqual(model.time(G57, loaded, launch, "pessimistic").loads * 1e6, clocks * 2, places=3)
        self.assertAlmostEqual(model.time(G57, loaded, launch, "optimistic").loads * 1e6, clocks * 113 / 64, places=3)

    def test_the_documentation_has_the_constants(self):
        self.assertIn(model.constants_text(), (BENCH.parent.parent / "docs/gpu-model.md").read_text(), "put there what bench/gpu/model.py prints")

    def test_every_constant_has_a_source(self):
        self.assertTrue(all(len(source) > 7 for _, source in model.CONSTANTS.values()))
        self.assertTrue(all(gpu.source for gpu in model.GPUS.values()))

if __name__ == "__main__":
    unittest.main()
