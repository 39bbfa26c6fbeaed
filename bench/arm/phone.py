"""A model of a Snapdragon 865's four big cores: from what a step executes to its time. Model figures, never measurements of a phone.

Time of a step = the largest of what its instructions take, what its missed cache lines take, and what memory takes:
  core    hot loops at llvm-mca's cycles per iteration, all other instructions at OTHER_PER_CYCLE
  lines   lines missed in L1 and in L2, each at the cycles that one costs a core in a stream (prefetched; latency is hidden)
  memory  lines missed in L3 and lines written back, at BANDWIDTH
Core and line cycles are spread evenly over the four cores; hence nothing here knows of threads that wait for each other.
Caches are one big core's: 64 KB, 256 KB (the prime core has 512) and the L3 of 4 MB that all share.
"""
import dataclasses

GHZ = (2.84, 2.42, 2.42, 2.42)  # Cortex-A77, by core
FMLA_PER_CYCLE = 2  # of four floats
CACHES = {"l1": "65536/4", "l2": "262144/8", "l3": "4194304/16"}  # bytes/ways, lines of 64 bytes, for count_plugin
LINE = 64

# Assumptions, not published figures: an A77 decodes 4 to 6 instructions per cycle; 16 bytes per cycle from L2, 5 from L3; 70 % of the
# 44 GB/s of LPDDR5-2750.
OTHER_PER_CYCLE = 2.5
L2_LINE_CYCLES = 4
L3_LINE_CYCLES = 12
BANDWIDTH = 0.7 * 44e9


@dataclasses.dataclass
class Time:
    core: float  # seconds, each
    lines: float
    memory: float

    @property
    def seconds(self):
        return max(self.core, self.lines, self.memory)

    @property
    def bound(self):
        return max(("core", "lines", "memory"), key=lambda name: getattr(self, name))


def hertz():
    return sum(GHZ) * 1e9


def peak_macs():
    """Multiply-accumulates per second of the four cores."""
    return hertz() * FMLA_PER_CYCLE * 4


def time(loop_cycles, other_instructions, misses):
    """loop_cycles: of all iterations of hot loops; misses: l1, l2, l3, writeback in lines."""
    core = (loop_cycles + other_instructions / OTHER_PER_CYCLE) / hertz()
    lines = ((misses["l1"] - misses["l2"]) * L2_LINE_CYCLES + (misses["l2"] - misses["l3"]) * L3_LINE_CYCLES) / hertz()
    return Time(core, lines, (misses["l3"] + misses["writeback"]) * LINE / BANDWIDTH)
