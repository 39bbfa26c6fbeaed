"""Hot loops of generated AArch64 code: found in the listings that RT3D_DUMP writes, judged by llvm-mca and by the A55's slots.

A hot loop is an innermost loop of a listing: from a label to the last branch back to it. llvm-mca knows no caches: its cycles assume that
loads hit L1.
"""
import dataclasses
import json
import re
import shutil
import subprocess

# What the bounds are judged by: LLVM's major version, model, and the meaning. LLVM has no model of the Cortex-A76 family's vector units but
# Neoverse N1's: 19 lets it decode 8 instructions per cycle, 22 only 3; an A77 decodes 4 to 6.
MODELS = {
    "n1_19": (19, "neoverse-n1", "optimistic for a Cortex-A77"),
    "n1_22": (22, "neoverse-n1", "pessimistic for a Cortex-A77"),
    "x1_22": (22, "cortex-x1", "a core with four vector units, by the model of Neoverse V1"),
}
VECTOR_UNITS = {"n1_19": 2, "n1_22": 2, "x1_22": 4}
ITERATIONS = 200
PREFETCH = 0xF9800000  # prfm, for which old asmjit has no name: it stands in listings as data


@dataclasses.dataclass
class Loop:
    kernel: str
    first: int  # instruction of the function
    body: list  # of instructions, as text
    cycles: dict = dataclasses.field(default_factory=dict)  # per iteration, by model

    @property
    def name(self):
        return f"{self.kernel}+{4 * self.first:x}"

    @property
    def code(self):
        """The same for loops that differ only in labels and distances, which cost nothing."""
        return tuple(re.sub(r"\bL\d+$|(?<=, )#?-?\d+(?=\]|$)", "N", line) for line in self.body)

    @property
    def end(self):
        return self.first + len(self.body)

    @property
    def fmlas(self):
        return count(self.body, r"fml[as]\b")

    @property
    def by_fmla(self):
        """Whether multiplying bounds the loop: more FMLAs than all other instructions on vectors, loads and stores among them."""
        vectors = count(self.body, r"\w+\s+\{?[vqds]\d")
        return self.fmlas >= 16 and self.fmlas > vectors - self.fmlas

    def share_of_fmla_bound(self, model):
        return self.fmlas / VECTOR_UNITS[model] / self.cycles[model] if model in self.cycles else None

    @property
    def a55_cycles(self):
        """A Cortex-A55 starts one FMLA of 128 bits per cycle and beside it one of: ldr d, ldr x, ins, an address; ldr q blocks it for two."""
        wide = count(self.body, r"(ldr|ldur)\s+q") + 2 * count(self.body, r"ldp\s+q") + count(self.body, r"ld1r?\s+\{?v")
        beside = len(self.body) - self.fmlas - count(self.body, r"(ldr|ldur|ldp)\s+q") - count(self.body, r"ld1r?\s+\{?v")
        return self.fmlas + 2 * wide + max(0, beside - self.fmlas)


def count(body, pattern):
    return sum(1 for line in body if re.match(pattern, line))


def instructions(listing):
    """The instructions of a listing, and the index of the instruction that each label precedes."""
    lines, labels = [], {}
    for line in listing.splitlines():
        text = line.split(";")[0].strip()
        if label := re.fullmatch(r"(L\d+):", text):
            labels[label[1]] = len(lines)
        elif data := re.match(r"\.(?:dd|dword|uint32|inst|word)\s+(0x[0-9A-Fa-f]+|\d+)", text):
            lines.append(as_prefetch(int(data[1], 0)))
        elif text and not text.startswith("."):
            machine_code = line.partition(";")[2].strip()
            lines += spelled_out(text, max(1, len(machine_code) // 8))
    return lines, labels


def spelled_out(text, words):
    """A listing shows as one what takes `words` instructions only where a large constant is loaded."""
    constant = re.fullmatch(r"mov (\w+), (-?\d+)", text)
    if words == 1 or not constant:
        return [text] * words
    halves = [int(constant[2]) >> 16 * i & 0xFFFF for i in range(words)]
    return [f"movz {constant[1]}, #{halves[0]}", *(f"movk {constant[1]}, #{half}, lsl #{16 * i}" for i, half in enumerate(halves[1:], 1))]


def as_prefetch(word):
    if word & 0xFFC00000 != PREFETCH:
        return f".inst {word}"
    return f"prfm #{word & 31}, [x{word >> 5 & 31}, #{8 * (word >> 10 & 0xFFF)}]"


def hot_loops(kernel, listing):
    lines, labels = instructions(listing)
    found = {}
    for i, line in enumerate(lines):
        branch = re.match(r"(?:b|b\.\w+|cbn?z|tbn?z)\s+.*?(L\d+)$", line)
        if branch and labels.get(branch[1], len(lines)) <= i:
            found[labels[branch[1]]] = i + 1
    inner = [(a, b) for a, b in found.items() if not any(a <= c and d <= b and (a, b) != (c, d) for c, d in found.items())]
    return [Loop(kernel, a, lines[a:b]) for a, b in sorted(inner)]


def mca_command(version):
    for name in (f"llvm-mca-{version}", f"/usr/lib/llvm-{version}/bin/llvm-mca"):
        if path := shutil.which(name):
            return path
    return None


def missing_packages():
    """Packages whose llvm-mca is wanted and not installed."""
    return sorted({f"llvm-{version}" for version, _, _ in MODELS.values() if not mca_command(version)})


def judge(loops):
    """Fills Loop.cycles by every model whose llvm-mca is installed, one run of it per model."""
    source = []
    for i, loop in enumerate(loops):
        source += [f"# LLVM-MCA-BEGIN loop{i}", *loop.body, f"# LLVM-MCA-END loop{i}"]
    source += [f"L{i}:" for i in sorted({int(m) for loop in loops for line in loop.body for m in re.findall(r"\bL(\d+)$", line)})]
    for model, (version, cpu, _) in MODELS.items():
        command = mca_command(version)
        if not command or not loops:
            continue
        done = subprocess.run([command, "-mtriple=aarch64", f"-mcpu={cpu}", f"-iterations={ITERATIONS}", "-json"],
                              input="\n".join(source) + "\n", capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{command} -mcpu={cpu}: {done.stderr.strip()[:2000]}")
        regions = json.loads(done.stdout)["CodeRegions"]
        if len(regions) != len(loops):
            raise RuntimeError(f"{command}: {len(loops)} loops went in, {len(regions)} came out")
        for loop, region in zip(loops, regions):
            summary = region["SummaryView"]
            loop.cycles[model] = summary["TotalCycles"] / summary["Iterations"]
