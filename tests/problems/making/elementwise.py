"""Elementwise arithmetic, activations, reductions, softmax."""
from .lines import ACTS, List, dims, line


def elementwise():
    c = List("elementwise", "Elementwise arithmetic, activations, reductions, softmax.")
    shapes = [(1, 1, 1, 1, 1), (1, 3, 2, 3, 5), (2, 8, 2, 4, 4), (1, 17, 3, 5, 7), (2, 33, 1, 1, 9), (1, 64, 2, 7, 7)]
    for op in ("Add", "Sub", "Mul", "Div"):
        c.section(op)
        for i, s in enumerate(shapes):
            c.add(line(op, [dims(s), dims(s)], [dims(s)], ACTS[i % 2]))
            c.add(line(op, [dims(s), "c" + dims((1, s[1], 1, 1, 1))], [dims(s)], ACTS[(i + 1) % 2]))
            c.add(line(op, ["cscalar", dims(s)], [dims(s)]))
        s = (2, 6, 2, 3, 5)
        for b in ((2, 6, 1, 1, 1), (1, 6, 2, 3, 5), (5,), (3, 1), (2, 1, 2, 3, 5), (1, 1, 1, 1, 1)):
            c.add(line(op, [dims(s), dims(b)], [dims(s)]))
            c.add(line(op, [dims(b), dims(s)], [dims(s)]))
        for s in ((7,), (3, 19), (2, 5, 9), (1, 12, 6, 6)):
            c.add(line(op, [dims(s), dims(s)], [dims(s)]))
    c.section("every activation, fused and alone")
    for act in ACTS[1:] + ["act=leaky_relu act_alpha=0.1", "act=clip act_alpha=-1.5 act_beta=2.25"]:
        c.add(line("Add", ["1x10x2x3x5", "1x10x2x3x5"], ["1x10x2x3x5"], act))
        c.add(line("Mul", ["2x17x1x4x4", "2x17x1x1x1"], ["2x17x1x4x4"], act))
        for s in ("1x3x2x3x5", "2x17x1x7x7", "1x16x2x4x4", "37"):
            c.add(line("Activation", [s], [s], act))
    c.section("softmax and means")
    for s, axis in (("1x5", 1), ("3x101", 1), ("2x7x9", 1), ("2x3x2x2x5", 4), ("1x400", -1)):
        c.add(line("Softmax", [s], [s], axis=axis))
    for s, axes, y in (("2x5x3x4x6", (2,), "2x5x1x4x6"), ("2x5x3x4x6", (3, 4), "2x5x3x1x1"), ("1x9x4", (1,), "1x1x4"), ("2x16x2x3x3", (1, 2), "2x1x1x3x3")):
        c.add(line("ReduceMean", [s], [y], axes=axes, keepdims=1))
    c.write()
