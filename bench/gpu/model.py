"""A model of five phone GPUs: from what a compiler made of a kernel to a time. Model figures, never measurements of a phone.

A launch has so many work-items with something to do, whose multiply-adds a plan knows and whose code a listing shows. The hot loop
holds a known number of multiply-adds, hence

    turns of the loop = multiply-adds of a work-item / multiply-adds in the loop
    slots of a work-item = turns x slots of the loop + slots outside of it, once

(outer loops' own instructions are thus counted once: a few in a hundred). The same turns multiply the loads. Time of a launch:

    arithmetic   slots at the rate of the GPU: 16-bit operations go at twice the rate in 128-wide waves of an Adreno
    loads        bytes that work-items ask of images and buffers, at the rates of these two paths
    core         the longer of both, and in the pessimistic corner a part of the shorter: 1 / waves in flight cannot hide
    memory       bytes of the tensors, each once, at the memory's bandwidth
    time         the longer of core and memory, and the cost of a launch

Two corners bracket what no open document says:
    optimistic   all lanes of a wave get a weight with one load; a texel costs its bytes; cheap launches
    pessimistic  every lane loads its own weights; a texel or a load below 16 bytes costs 16; expensive launches; half-hidden latencies
"Weights" are told from activations by the tile: each weight that is loaded serves every pixel of a work-item, so a turn loads multiply-adds
/ pixels of them. Without a tile half of the loaded bytes count as weights.

Not in the model: caches (what a path gives is what a micro-benchmark read out of its cache), divisions of work between cores other than
by whole work-groups, heat (a hot phone runs at 60 to 80 % of these clocks), the vendors' own compilers.
"""
import dataclasses
import itertools
import math

# All constants, with where they come from: (value, source). ArchProbe is Microsoft's micro-benchmark of phone GPUs, with its published
# results; azhirnov stands for the tables of github.com/azhirnov/cpu-gpu-arch; Mesa for its source or what its compilers print. What
# nobody published is an assumption and says so.
CONSTANTS = {
    # Adreno: one shader processor (SP) has 256 lanes for 32-bit operations, in two halves of 128 with a texture unit each.
    "adreno lanes per SP": (256, "Adreno X1-85: 6 SPs, 1536 ALUs (Qualcomm, by HotHardware)"),
    "adreno lanes per texture unit": (128, "Adreno 640: 195 GB/s are 87 % of 4 texels of 16 bytes a clock for each 128 of its 768 lanes (ArchProbe)"),
    "adreno image bytes per clock": (195e9 / (6 * 0.585e9), "Adreno 640: 195 GB/s by images, 6 texture units at 585 MHz (ArchProbe)"),
    "adreno buffer bytes per clock": (96e9 / (6 * 0.585e9), "Adreno 640: 96 GB/s by buffers, 95 by __constant (ArchProbe)"),
    "adreno full load": (16, "Adreno 640 reads buffers fastest in float4s (ArchProbe). Pessimistic: a smaller load costs as much"),
    "adreno narrow wave": (64, "Mesa, ir3: waves of 64 work-items, or of 128"),
    "adreno arithmetic optimistic": (0.99, "Adreno 640, fp32: 890 of 899 GFLOPS (ArchProbe)"),
    "adreno arithmetic pessimistic": (0.55, "Adreno 660, fp16: 1.41 of 2.58 TFLOPS (azhirnov)"),
    # Mali
    "mali line": (64, "bytes that load-store gives a clock and core, uniform or contiguous (Arm GPU datasheet 7)"),
    "mali arithmetic optimistic": (0.98, "Mali-G57 MC2: 240 of 243 GFLOPS in half2 (azhirnov)"),
    "mali arithmetic pessimistic": (0.7, "assumption: a kernel of half the threads"),
    # All, seconds and shares
    "launch optimistic": (10e-6, "assumption: in-order queue, flushed every few kernels"),
    "launch pessimistic": (50e-6, "between clpeak's 20 us (its PR 67) and the 78 us of a Mali-T860"),
    "memory optimistic": (1.0, "of the bandwidth below, which is what programs reach"),
    "memory pessimistic": (0.8, "28 and 35 GB/s are the ends of what was reached on phones with an Adreno 640 (ArchProbe)"),
}


def constant(name):
    return CONSTANTS[name][0]


@dataclasses.dataclass(frozen=True, eq=False)
class Gpu:
    key: str
    title: str
    kind: str  # of listing: ir3, valhall, bifrost
    hertz: float
    cores: int  # SPs of an Adreno
    memory: float  # bytes per second that programs reach
    source: str
    chip: str = ""  # Adreno: for the compiler
    product: str = ""  # Mali: for the compiler
    registers: int = 0  # Adreno: full ones of a pair of waves' units (Mesa: reg_size_vec4)
    warp: int = 0  # Mali: lanes
    rates: dict = dataclasses.field(default_factory=dict)  # Mali: per clock and core, by unit
    narrow_texels: float = 0  # Mali: RGBA16F texels per clock and core

    @property
    def adreno(self):
        return self.kind == "ir3"


GPUS = {gpu.key: gpu for gpu in (
    Gpu("adreno-650", "Adreno 650", "ir3", 587e6, 3, 30.8e9, chip="6.5.0", registers=64,
        source="3 SPs, registers: Mesa (freedreno_devices.py); lanes as an X1-85's, which leaves +-30 %; 587 MHz, 70 % of LPDDR5's 44 GB/s: Snapdragon 865"),
    Gpu("adreno-740", "Adreno 740", "ir3", 680e6, 6, 47e9, chip="7.4.0", registers=96,
        source="6 SPs: Mesa; 680 MHz, 70 % of LPDDR5X's 67 GB/s: Snapdragon 8 Gen 2; registers: those that Mesa's waves imply"),
    Gpu("mali-g57", "Mali-G57", "valhall", 950e6, 2, 14.2e9, product="9091", warp=16,
        rates={"fma": 32, "cvt": 32, "sfu": 8, "ls": 1, "t": 4}, narrow_texels=2,
        source="MC2 at 950 MHz, 14.2 of 17.1 GB/s reached: azhirnov; texels: Arm GPU datasheet 7; rates: Mesa's cycle estimates"),
    Gpu("mali-g76", "Mali-G76", "bifrost", 600e6, 12, 22e9, product="7211", warp=8,
        rates={"arith": 24, "ls": 1, "t": 2}, narrow_texels=2,
        source="MP12 at 600 MHz; texels: Arm GPU datasheet 7; rates: Mesa; memory: 70 % of LPDDR4X's 32 GB/s, assumption"),
    Gpu("mali-g610", "Mali-G610", "valhall", 860e6, 6, 36e9, product="a867", warp=16,
        rates={"fma": 64, "cvt": 64, "sfu": 16, "all": 64, "ls": 1, "t": 8}, narrow_texels=4,
        source="MC6 at 860 MHz, 70 % of LPDDR5's 51 GB/s: Dimensity 8100, assumptions; texels as G710's: Arm GPU datasheet 7; rates: Mesa"),
)}

CORNERS = ("optimistic", "pessimistic")
USUAL_LOCAL = 128  # work-items of a group where the plan leaves it to the driver: assumption


@dataclasses.dataclass
class Launch:
    """What the model needs to know of one launch beside its code."""
    grid: tuple  # work-items that have something to do, by dimension
    group: tuple  # those of a work-group; empty: the driver's choice
    multiply_adds: float  # executed, padding included
    pixels: int = 0  # that share a weight in a work-item; 0: unknown
    element: int = 2  # bytes of a weight
    bytes: float = 0  # of all tensors read and written, each once

    @property
    def items(self):
        return math.prod(self.grid)

    @property
    def local(self):
        return math.prod(self.group) if self.group else 0


@dataclasses.dataclass
class Time:
    """Seconds of one launch, by what takes them."""
    arithmetic: float
    loads: float
    core: float
    memory: float
    launch: float

    @property
    def seconds(self):
        return max(self.core, self.memory) + self.launch

    @property
    def bound(self):
        parts = {"arithmetic": self.arithmetic, "loads": self.loads, "memory": self.memory, "launch": self.launch}
        return max(parts, key=parts.get)


def waves_in_flight(gpu, registers, lanes):
    """Mesa's rule (ir3.c): waves come in pairs, 16 at most; a wave of 128 takes two registers' room for each it names."""
    return min(16, gpu.registers // (max(1, registers) * (2 if lanes == 128 else 1)) * 2)


def wide_waves_fit(gpu, registers, local):
    """Whether an Adreno runs waves of 128: enough registers for two of 64, and a work-group that fills more than one of 64."""
    return 2 * registers <= gpu.registers and (local == 0 or local > constant("adreno narrow wave"))


def lanes_of(gpu, code, local):
    if not gpu.adreno:
        return gpu.warp
    return 64 if 0 < local <= constant("adreno narrow wave") else code.lanes


def working_waves(grid, group, lanes):
    """Waves in which some work-item has something to do: work-groups stick out of the grid at its edges, and a wave that sticks out as a
    whole ends at once."""
    width, height, _ = group
    kinds = ([(side, size // side), (size % side, 1)] for size, side in zip(grid, group))  # groups that are whole, and one of the rest
    waves = 0
    for columns, rows, planes in itertools.product(*kinds):
        starts = (width * (row + height * plane) for plane in range(planes[0]) for row in range(rows[0]))
        if columns[0]:
            of_group = {wave for start in starts for wave in range(start // lanes, (start + columns[0] - 1) // lanes + 1)}
            waves += len(of_group) * columns[1] * rows[1] * planes[1]
    return waves


def filled(gpu, launch, lanes):
    """The share of lanes that work: of the waves that have work, and of the cores in the last round of work-groups."""
    grid, group = (launch.grid, launch.group) if launch.group else ((launch.items,), (min(USUAL_LOCAL, launch.items),))
    grid, group = ((*sizes, 1, 1)[:3] for sizes in (grid, group))
    of_waves = launch.items / (working_waves(grid, group, lanes) * lanes)
    groups = math.prod(math.ceil(size / side) for size, side in zip(grid, group))
    of_cores = groups / (math.ceil(groups / gpu.cores) * gpu.cores)
    return of_waves * of_cores


def peak(gpu, narrow=True):
    """Multiply-adds per second."""
    if gpu.adreno:
        return gpu.cores * constant("adreno lanes per SP") * (2 if narrow else 1) * gpu.hertz
    return gpu.cores * gpu.rates["arith" if gpu.kind == "bifrost" else "fma"] * (2 if narrow else 1) * gpu.hertz


def turns_of(code, launch):
    """How often the hot loop runs for one work-item; once, where no multiply-adds tell."""
    each = launch.multiply_adds / launch.items
    if code.loop.multiply_adds == 0 or each == 0:
        return 1.0
    return max(each / code.loop.multiply_adds, 0 if code.looping else 1)


def spread(code, launch, amount):
    """Of one work-item: what `amount` counts in the loop, times its turns, and what lies outside, once."""
    return turns_of(code, launch) * amount(code.loop) + amount(code.whole) - amount(code.loop)


def weight_bytes(code, launch):
    """Bytes of weights that one turn of the loop loads, of buffers and images together."""
    loaded = code.loop.load_bytes + code.loop.texel_bytes
    if launch.pixels == 0:
        return loaded / 2
    return min(loaded, code.loop.multiply_adds / launch.pixels * launch.element)


def adreno_arithmetic(gpu, code, launch, lanes):
    """Clocks of one SP for one work-item: a lane takes one for a 32-bit operation, half a one for a 16-bit operation in waves of 128."""
    narrow = 0.5 if lanes == 128 else 1
    work = spread(code, launch, lambda body: body.slots - body.narrow + narrow * body.narrow)
    return work / constant("adreno lanes per SP")


def adreno_loads(gpu, code, launch, lanes, corner):
    """Clocks of one SP for one work-item."""
    units = constant("adreno lanes per SP") / constant("adreno lanes per texture unit")
    by_image, by_buffer = (units * constant(f"adreno {path} bytes per clock") for path in ("image", "buffer"))
    if corner == "pessimistic":
        full = constant("adreno full load")
        texels = spread(code, launch, lambda body: max(body.texel_bytes, full * body.kinds["texels"]))
        loads = spread(code, launch, lambda body: max(body.load_bytes, full * body.kinds["loads"]))
    else:
        texels = spread(code, launch, lambda body: body.texel_bytes)
        loads = spread(code, launch, lambda body: body.load_bytes)
        shared = turns_of(code, launch) * weight_bytes(code, launch) * (1 - 1 / lanes)
        from_buffers = min(shared, loads)
        loads -= from_buffers
        texels -= min(shared - from_buffers, texels)
    stack = spread(code, launch, lambda body: body.stack_bytes)
    return texels / by_image + (loads + stack) / by_buffer


def mali_arithmetic(gpu, code, launch):
    """Clocks of one core for one work-item: the busiest unit's, as Mesa counts."""
    def of(*units):
        return spread(code, launch, lambda body: sum(body.units.get(unit, 0) for unit in units))
    if gpu.kind == "bifrost":
        return of("arith") / gpu.rates["arith"]
    clocks = [of(unit) / gpu.rates[unit] for unit in ("fma", "cvt", "sfu")]
    if "all" in gpu.rates:
        clocks.append(of("fma", "cvt", "sfu") / gpu.rates["all"])
    return max(clocks)


def mali_loads(gpu, code, launch, corner):
    """Clocks of one core for one work-item. A warp's message takes a clock, and one for every line that it touches."""
    line = constant("mali line")
    messages = spread(code, launch, lambda body: body.units.get("ls", 0)) / gpu.warp
    data = spread(code, launch, lambda body: body.load_bytes + body.stack_bytes)
    rate = gpu.rates["t"] if corner == "optimistic" else gpu.narrow_texels
    texels = spread(code, launch, lambda body: body.kinds["texels"]) / rate
    if corner == "optimistic":
        loaded = code.loop.load_bytes + code.loop.texel_bytes
        from_buffers = code.loop.load_bytes / loaded if loaded else 0
        data -= turns_of(code, launch) * weight_bytes(code, launch) * from_buffers * (1 - 1 / gpu.warp)
    return max(messages, data / line, texels)


def time(gpu, code, launch, corner):
    """Of one launch."""
    lanes = lanes_of(gpu, code, launch.local)
    family = "adreno" if gpu.adreno else "mali"
    if gpu.adreno:
        arithmetic = adreno_arithmetic(gpu, code, launch, lanes)
        loads = adreno_loads(gpu, code, launch, lanes, corner)
        waves = max(1, waves_in_flight(gpu, code.registers, lanes))
    else:
        arithmetic = mali_arithmetic(gpu, code, launch)
        loads = mali_loads(gpu, code, launch, corner)
        waves = 2 * max(1, code.threads)
    per_second = gpu.cores * gpu.hertz * filled(gpu, launch, lanes)
    arithmetic *= launch.items / per_second / constant(f"{family} arithmetic {corner}")
    loads *= launch.items / per_second
    core = max(arithmetic, loads)
    if corner == "pessimistic":
        core += min(arithmetic, loads) / waves
    memory = launch.bytes / (gpu.memory * constant(f"memory {corner}"))
    return Time(arithmetic, loads, core, memory, constant(f"launch {corner}"))


def constants_text():
    """All constants with their sources, as docs/gpu-model.md has them."""
    def shown(name, value):
        return f"{value * 1e6:g} µs" if name.startswith("launch") else f"{value:.3g}"

    def rates(gpu):
        return f"{gpu.registers} registers" if gpu.adreno else ", ".join(f"{unit} {rate}" for unit, rate in gpu.rates.items())

    rows = ["| constant | value | source |", "|---|---|---|", *(f"| {name} | {shown(name, value)} | {source} |" for name, (value, source) in CONSTANTS.items()), "",
            "| GPU | cores | MHz | GB/s | registers of a lane, or rates of a core and clock | source |", "|---|---|---|---|---|---|",
            *(f"| {gpu.title} | {gpu.cores} | {gpu.hertz / 1e6:.0f} | {gpu.memory / 1e9:.1f} | {rates(gpu)} | {gpu.source} |" for gpu in GPUS.values())]
    return "\n".join(rows)


if __name__ == "__main__":
    print(constants_text())
