"""What Mesa prints of a compiled kernel, read: Adreno's instructions (ir3) and Mali's (Valhall; Bifrost in clauses).

A listing is static: a loop's body stands in it once. What is judged is the hot loop: of the innermost loops (from a label to the last
branch back to it) the one that multiplies most; a kernel without loops is judged as a whole, and so is one whose loops multiply nothing.
Counts are of one work-item; an instruction of Adreno that says (rpt2) takes three slots, (nop3) three more.
"""
import collections
import dataclasses
import re

GLOBAL_LOADS = ("ldg", "ldib", "ldc", "ldgb")
KINDS = ("multiply-adds", "addresses", "moves", "loads", "texels", "stores", "stack", "waits", "other")


@dataclasses.dataclass
class Body:
    """What a stretch of instructions holds, in slots: an instruction of Valhall, a tuple of Bifrost, of Adreno with its repeats."""
    slots: int = 0
    kinds: dict = dataclasses.field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    multiply_adds: int = 0  # of single numbers: a v2f16 does two
    narrow: int = 0  # slots whose operands all have 16 bits, and waits
    load_bytes: int = 0  # from buffers
    texel_bytes: int = 0  # from images
    store_bytes: int = 0
    stack_bytes: int = 0  # registers spilled, arrays that are not in registers
    units: dict = dataclasses.field(default_factory=dict)  # Mali: instructions by the unit that executes them

    @property
    def share(self):
        """Of the slots, those that multiply."""
        return self.kinds["multiply-adds"] / self.slots if self.slots else 0

    @property
    def loads(self):
        return self.kinds["loads"] + self.kinds["texels"]

    def add(self, kind, slots=1, narrow=0):
        self.kinds[kind] += slots
        self.slots += slots
        self.narrow += narrow

    def use(self, unit, amount=1):
        self.units[unit] = self.units.get(unit, 0) + amount


@dataclasses.dataclass
class Code:
    """One kernel as one compiler made it."""
    name: str
    whole: Body
    loop: Body  # the hot loop, or the whole
    looping: bool
    registers: int  # Adreno: full ones, of four 32-bit numbers; Mali: of one 32-bit number
    waves: int = 0  # Adreno: in flight, at most
    lanes: int = 0  # Adreno: of a wave, 64 or 128
    threads: int = 0  # Mali: 2 is full occupancy, 1 half of it
    spills: int = 0  # Adreno: instructions that store to the stack
    fills: int = 0
    cycles: dict = dataclasses.field(default_factory=dict)  # Mali: of the whole, by unit, as Mesa estimates them

    def to_json(self):
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(value):
        return Code(**{**value, "whole": Body(**value["whole"]), "loop": Body(**value["loop"])})


class Unreadable(Exception):
    """The text holds no listing of the kernel that was asked for."""


def clean(text):
    return [re.sub(r"^MESA: info: ?", "", line) for line in text.splitlines()]


def innermost(loops):
    """Of loops as (first, last), those that hold no other."""
    return [(a, b) for a, b in loops if not any((c, d) != (a, b) and a <= c and d <= b for c, d in loops)]


def hottest(bodies, whole):
    best = max(bodies, key=lambda body: body.multiply_adds, default=None)
    if best is None or (best.multiply_adds == 0 and whole.multiply_adds > 0):
        return whole, False
    return best, True


def number(text, pattern, default=None):
    found = re.search(pattern, text)
    if not found and default is None:
        raise Unreadable(f"no '{pattern}' in the statistics")
    return int(found[1]) if found else default


def read(text, kind):
    """Of every kernel its code: name -> Code. Of the two variants that Mesa makes the last, the one without a global offset."""
    codes, name, start = {}, None, 0
    lines = clean(text)
    for i, line in enumerate(lines):
        if entry := re.match(r"decl_function (?:__wrapped_)?(\S+) .*entrypoint", line):
            name, start = entry[1], i
        elif kind == "ir3" and line.startswith("Native code"):
            code = read_ir3(name, lines[i + 1:])
            codes[name] = code
        elif kind != "ir3" and re.search(r"shader: \d+ instrs", line):
            codes[name] = READERS[kind](name, lines[start:i], line)
    return {name: code for name, code in codes.items() if name and not name.startswith("clear_buffer")}


# Adreno -----------------------------------------------------------------------------------------------------------------------------

IR3_MOVES = ("mov", "cov", "swz", "gat", "sct")
IR3_ADDRESSES = ("add.u", "add.s", "sub.u", "sub.s", "shl", "shr", "ashr", "mull", "mulu", "mul.u", "mul.s", "mad.u", "mad.s", "madsh", "and.b", "or.b",
                 "cmps", "sad.s", "sad.u", "min.s", "max.s", "min.u", "max.u", "absneg.s", "bfrev", "mova")


def ir3_bytes(operation, operands):
    bits = number(operation, r"\.[usf](8|16|32)\b", 32)
    return bits // 8 * number(operands, r", (\d+)$", 1)


def ir3_texel_bytes(operation_and_operands):
    width = 2 if re.search(r"\((?:f|u|s)16\)", operation_and_operands) else 4
    channels = re.search(r"\(([xyzw]+)\)", operation_and_operands)
    return width * (len(channels[1]) if channels else 4)


def ir3_body(instructions):
    body = Body()
    for text in instructions:
        repeats = 1 + number(text, r"\(rpt(\d+)\)", 0)
        waits = number(text, r"\(nop(\d+)\)", 0)
        plain = re.sub(r"^(\([a-z]+\d*\)\s*)+", "", text)
        operation, _, operands = plain.partition(" ")
        narrow = repeats if re.search(r"\bhr\d", operands) and not re.search(r"(?<![a-z])r\d", operands) else 0
        if waits:
            body.add("waits", waits, waits)
        if operation == "nop":
            body.add("waits", repeats, repeats)
        elif operation.startswith("mad.f"):
            body.add("multiply-adds", repeats, narrow)
            body.multiply_adds += repeats
        elif operation.startswith(("stp", "ldp")):
            body.add("stack", repeats)
            body.stack_bytes += ir3_bytes(operation, operands)
        elif operation.startswith(GLOBAL_LOADS):
            body.add("loads", repeats)
            body.load_bytes += ir3_bytes(operation, operands)
        elif re.match(r"(i?sam|gather)", operation):
            body.add("texels", repeats)
            body.texel_bytes += ir3_texel_bytes(operands)
        elif re.match(r"st(g|ib|gb|l)\b", operation):
            body.add("stores", repeats)
            body.store_bytes += ir3_bytes(operation, operands)
        elif operation.startswith(IR3_ADDRESSES):
            body.add("addresses", repeats, narrow)
        elif operation.startswith(IR3_MOVES):
            body.add("moves", repeats, narrow)
        else:
            body.add("other", repeats, narrow)
    return body


def read_ir3(name, lines):
    instructions, labels, statistics = [], {}, []
    for line in lines:
        if re.match(r"; \S+ prog ", line):
            statistics.append(line)
        elif statistics:
            break
        elif label := re.match(r"(l\d+):", line):
            labels[label[1]] = len(instructions)
        elif re.match(r"[a-z(]", line):
            instructions.append(line)
    if not statistics:
        raise Unreadable(f"the listing of {name} is cut off")
    ends = {}
    for i, text in enumerate(instructions):
        branch = re.search(r"\b(?:jump|br\w*)\b.*#(l\d+)", text)
        if branch and labels.get(branch[1], len(instructions)) <= i:
            ends[labels[branch[1]]] = i
    while instructions and instructions[-1] == "nop":  # padding behind the end
        instructions.pop()
    whole = ir3_body(instructions)
    loop, looping = hottest([ir3_body(instructions[a:b + 1]) for a, b in innermost(list(ends.items()))], whole)
    told = "\n".join(statistics)
    return Code(name, whole, loop, looping, registers=number(told, r"(\d+) full"), waves=number(told, r"(\d+) max_waves"),
                lanes=128 if number(told, r"(\d+) double_threadsize") else 64,
                spills=count_of(instructions, "stp"), fills=count_of(instructions, "ldp"))


def count_of(instructions, operation):
    return sum(1 for text in instructions if re.match(rf"(\([a-z]+\d*\)\s*)*{operation}\b", text))


# Mali -------------------------------------------------------------------------------------------------------------------------------

MALI_BYTES = {"i8": 1, "i16": 2, "i24": 3, "i32": 4, "i48": 6, "i64": 8, "i96": 12, "i128": 16}
VALHALL_SFU = ("LSHIFT", "RSHIFT", "ARSHIFT", "IMUL", "FRCP", "FRSQ", "FLOG", "FEXP", "IDP", "ISAD")


def mali_bytes(operation):
    width = next((MALI_BYTES[part] for part in operation.split(".") if part in MALI_BYTES), None)
    return width if width else 8 if re.search(r"\.v4", operation) else 4


def mali_classify(body, text):
    """Adds one instruction to the body."""
    operation = text.split()[0].lstrip("*+")
    vector = 2 if ".v2" in operation else 1
    stack = "thread_local_pointer" in text or ".tl" in operation
    narrow = 1 if vector == 2 or "16" in operation else 0
    if operation.startswith(("LOAD", "LD_")) or operation.startswith("STORE") or operation.startswith("ST_"):
        loading = operation.startswith("L")
        body.add("stack" if stack else "loads" if loading else "stores")
        body.use("ls")
        field = "stack_bytes" if stack else "load_bytes" if loading else "store_bytes"
        setattr(body, field, getattr(body, field) + mali_bytes(operation))
    elif operation.startswith("TEX"):
        body.add("texels")
        body.use("t")
        body.texel_bytes += 8 if re.search(r"\.f?16\b", operation) else 16
    elif operation.startswith("FMA"):
        body.add("multiply-adds", 1, narrow)
        body.multiply_adds += vector
        body.use("fma")
    elif operation.startswith(("FADD", "FMUL")):
        body.add("other", 1, narrow)
        body.use("fma")
    elif operation.startswith("NOP"):
        body.add("waits")
    elif operation.startswith(("LSHIFT", "RSHIFT", "ARSHIFT", "SHADD", "IADD", "ISUB", "IMUL", "ICMP", "LEA")):
        body.add("addresses", 1, narrow)
        if operation.startswith("SHADDX"):  # 64 bits wide: Mesa counts two
            body.use("cvt", 2)
        else:
            body.use("ls" if operation.startswith("LEA_") else "sfu" if operation.startswith(VALHALL_SFU) else "cvt")
    elif operation.startswith(("MOV", "MKVEC", "SWZ", "CSEL", "V2", "F16", "F32", "S32", "U32", "MUX")):
        body.add("moves", 1, narrow)
        body.use("cvt")
    else:
        body.add("other", 1, narrow)
        body.use("sfu" if operation.startswith(VALHALL_SFU) else "cvt")


def mali_statistics(name, whole, loop, looping, told):
    cycles = {unit: float(amount) for amount, unit in re.findall(r"([\d.]+) (fma|cvt|sfu|alu|v|t|ls|arith|ldst)\b", told)}
    spilled = re.search(r"(\d+):(\d+) spills:fills", told)
    if not spilled:
        raise Unreadable(f"no spills in the statistics of {name}")
    return Code(name, whole, loop, looping, registers=number(told, r"(\d+) registers used"), threads=number(told, r"(\d+) threads"),
                spills=int(spilled[1]), fills=int(spilled[2]), cycles=cycles)


def read_valhall(name, lines, told):
    behind = max((i for i, line in enumerate(lines) if line.startswith("}")), default=-1)
    instructions = [line.strip() for line in lines[behind + 1:] if re.match(r"\s+[A-Z]", line)]
    ends = {}
    for i, text in enumerate(instructions):
        branch = re.match(r"(?:BRANCH|JUMP)\S*.*offset:(-\d+)", text)
        if branch:
            ends[i + 1 + int(branch[1])] = i

    def body_of(part):
        body = Body()
        for text in part:
            mali_classify(body, text)
        return body

    whole = body_of(instructions)
    loop, looping = hottest([body_of(instructions[a:b + 1]) for a, b in innermost(list(ends.items()))], whole)
    return mali_statistics(name, whole, loop, looping, told)


def bifrost_body(tuples):
    """A tuple multiplies and adds at once: its kind is that of the half that does something, a multiply-add before all others, a message
    next. It takes arithmetic cycles unless all that it does is send a message, as Mesa counts."""
    body = Body()
    for halves in tuples:
        working = [half for half in halves if not re.match(r"[*+]NOP", half)]
        single = Body()
        for half in working:
            mali_classify(single, half)
        kind = next((kind for kind in ("multiply-adds", "loads", "texels", "stores", "stack", "addresses", "moves", "other") if single.kinds[kind]), "waits")
        narrow = 1 if kind == "waits" or (kind == "multiply-adds" and single.narrow) else 0
        body.add(kind, 1, narrow)
        for field in ("multiply_adds", "load_bytes", "texel_bytes", "store_bytes", "stack_bytes"):
            setattr(body, field, getattr(body, field) + getattr(single, field))
        for unit, amount in single.units.items():
            if unit in ("ls", "t"):
                body.use(unit, amount)
        messages = single.units.get("ls", 0) + single.units.get("t", 0)
        if len(working) > messages or not working:
            body.use("arith")
        # A load beside a multiplication is counted as a load, too.
        if kind == "multiply-adds":
            for other in ("loads", "texels", "stores", "stack"):
                body.kinds[other] += single.kinds[other]
    return body


def read_bifrost(name, lines, told):
    """Clauses are labelled by their number; a branch back to one at or before its own clause closes a loop."""
    tuples, labels, current = [], {}, []
    behind = max((i for i, line in enumerate(lines) if re.match(r"clause_0:", line)), default=0)
    for line in lines[behind:]:
        if label := re.match(r"(clause_\d+):", line):
            labels[label[1]] = len(tuples)
        elif re.match(r"\s+\*", line):
            current = [line.strip()]
            tuples.append(current)
        elif re.match(r"\s+\+", line) and tuples:
            current.append(line.strip())
    ends = {}
    for i, halves in enumerate(tuples):
        for half in halves:
            branch = re.match(r"\+(?:BRANCH|JUMP)\S*.*\b(clause_\d+)", half)
            if branch and labels.get(branch[1], len(tuples)) <= i:
                ends[labels[branch[1]]] = i
    whole = bifrost_body(tuples)
    loop, looping = hottest([bifrost_body(tuples[a:b + 1]) for a, b in innermost(list(ends.items()))], whole)
    return mali_statistics(name, whole, loop, looping, told)


READERS = {"valhall": read_valhall, "bifrost": read_bifrost}
