"""What a counted run of rt3d-arm-steps left behind, put together: steps of the plan, what each executed, in which loop of which kernel."""
import bisect
import collections
import dataclasses
import math
import re

import loops


@dataclasses.dataclass
class Step:
    index: int
    same_as: int  # the step that ran for this one
    name: str
    macs: int  # as papers count them
    needed_macs: int  # without kernel planes and rows outside the input
    transform_fmlas: int  # of Winograd's transforms, each frame, tile and point once
    problem: str
    family: str
    schedule: str
    layouts: str
    counts: dict = None  # instructions, fmla, l1, l2, l3, writeback; None: it did not run
    iterations: dict = dataclasses.field(default_factory=dict)  # by loop
    loop_instructions: float = 0
    broken_off: bool = False  # before its end; counts are then scaled to the ideal number of FMLAs

    @property
    def ideal_fmlas(self):
        """FMLAs that the method cannot do without: 0 where it is not a multiplication of matrices. Sparse code: of the share that the
        problem says is kept, which for KGS under Winograd is fewer than survive the transform; its transforms are those of dense code."""
        winograd = re.match(r"conv\.winograd(?:_sparse)?\.t(\d+)s(\d+)\.", self.family)
        kept = re.search(r"sparsity=\S+:(\d+)%", self.problem) if "sparse" in self.family else None
        share = int(kept[1]) / 100 if kept else 1
        if not winograd:
            return share * self.needed_macs / (8 if self.family.startswith("conv.direct_f16.") else 4)
        return share * winograd_macs(self.problem, int(winograd[1]), int(winograd[2])) / 4 + self.transform_fmlas

    def loop_cycles(self, model):
        return sum(n * loop.cycles[model] for loop, n in self.iterations.values())


def winograd_macs(problem, t, s):
    """Multiplications of F(t; s×s) on a convolution: points × tiles × channels, tiles that overhang counted whole. Where t is 1,
    depth is not transformed, and kernel planes outside the clip need none."""
    sizes = [[int(x) for x in text.split("x")] for text in re.findall(r"(?<![=:\w])c?(\d+(?:x\d+)+)", problem)]
    x, w, y = sizes[0], sizes[1], sizes[-1]
    attributes = dict(re.findall(r"(\w+)=(\S+)", problem))
    depth_pad = int(attributes.get("pads", "0").split("x")[0])
    depth_dilation = int(attributes.get("dilations", "1").split("x")[0])
    (n, _, id_, _, _), (oc, icg, kd, kh, kw), (_, _, od, oh, ow) = (five(v) for v in (x, w, y))
    if t > 1:
        planes = math.ceil(od / t) * (t + kd - 1)
    else:
        planes = sum(0 <= o - depth_pad + k * depth_dilation < id_ for o in range(od) for k in range(kd))
    tiles = math.ceil(oh / s) * math.ceil(ow / s) * ((s + kh - 1) * (s + kw - 1) if s > 1 else 1)
    return n * oc * icg * planes * tiles


def five(sizes):
    """A shape n c [d] [h] w with the missing dimensions 1."""
    return sizes[:2] + [1] * (5 - len(sizes)) + sizes[2:]


def read_plan(path):
    """Steps, and generated functions as (address, bytes, name) in the order of addresses."""
    steps, code = [], []
    for line in path.read_text().splitlines():
        kind, *fields = line.split("\t")
        if kind == "step":
            index, same_as, name, macs, needed, transforms, *texts = fields
            steps.append(Step(int(index), int(same_as), name, int(macs), int(needed), int(transforms), *texts))
        elif kind == "broken-off":
            steps[int(fields[0])].broken_off = True
        elif kind == "code":
            address, size, name = fields[0].split(" ", 2)
            code.append((int(address, 16), int(size, 16), name))
    return steps, sorted(code)


def read_listings(folder):
    """Hot loops by kernel name."""
    return {path.name.removesuffix(".s"): loops.hot_loops(path.name.removesuffix(".s"), path.read_text())
            for path in sorted(folder.glob("neon_*"))}


def dumped_name(kernel):
    """The file name that RT3D_DUMP gives a kernel's listing."""
    return re.sub(r"[^A-Za-z0-9._=-]", "_", (kernel + ".s")[:200]).removesuffix(".s")


def read_counts(path, steps, code, listings):
    """Fills counts and iterations of the steps that ran, then of those that equal them."""
    addresses = [address for address, _, _ in code]
    step = None
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0] == "part":
            step = steps[int(words[1])]
            step.counts = {words[i]: int(words[i + 1]) for i in range(2, len(words), 2)}
            executed = collections.Counter()
        else:
            address, size, times = int(words[1], 16), int(words[2]), int(words[4])
            at = bisect.bisect_right(addresses, address) - 1
            if at >= 0 and address < code[at][0] + code[at][1]:
                attribute(step, executed, (address - code[at][0]) // 4, size, times, listings[dumped_name(code[at][2])])
    for step in steps:
        if step.broken_off:
            scale_up(step)
        original = steps[step.same_as]
        step.counts, step.iterations, step.loop_instructions = original.counts, original.iterations, original.loop_instructions
        step.broken_off = original.broken_off


def scale_up(step):
    """As if the rest of the step were like the part that ran."""
    if not step.ideal_fmlas or not step.counts["fmla"]:
        raise RuntimeError(f"{step.name} ({step.family}) was broken off before anything was multiplied: give it more seconds")
    factor = step.ideal_fmlas / step.counts["fmla"]
    step.counts = {name: round(n * factor) for name, n in step.counts.items()}
    step.iterations = {name: (loop, n * factor) for name, (loop, n) in step.iterations.items()}
    step.loop_instructions *= factor


def attribute(step, executed, first, size, times, kernel_loops):
    """Adds `times` runs of the instructions [first, first + size) of a kernel to the loops that they belong to."""
    for loop in kernel_loops:
        inside = max(0, min(first + size, loop.end) - max(first, loop.first)) * times
        if inside:
            executed[loop.name] += inside
            step.loop_instructions += inside
            step.iterations[loop.name] = (loop, executed[loop.name] / len(loop.body))
