"""Operators that only move elements."""
from .lines import List, dims, line


def move():
    c = List("move", "Operators that only move elements.")
    for axis, parts in ((1, (3, 5)), (1, (16, 8, 16)), (1, (8, 8)), (1, (7, 1, 9)), (2, (2, 3)), (4, (1, 6)), (1, (16, 32, 64, 4))):
        shapes = []
        for part in parts:
            s = [1, 16, 2, 3, 5]
            s[axis] = part
            shapes.append(s)
        whole = list(shapes[0])
        whole[axis] = sum(parts)
        c.add(line("Concat", [dims(s) for s in shapes], [dims(whole)], axis=axis))
        start = 0
        for s, part in zip(shapes, parts):
            c.add(line("Slice", [dims(whole)], [dims(s)], axes=(axis,), starts=(start,), steps=(1,)))
            start += part
    c.add(line("Concat", ["2x5x3", "2x4x3"], ["2x9x3"], axis=1))
    c.add(line("Concat", ["3:i64", "2:i64"], ["5:i64"], axis=0))
    c.add(line("Slice", ["2x6x8x9x10"], ["1x3x4x3x5"], axes=(0, 1, 2, 3, 4), starts=(1, 2, 0, 7, 9), steps=(1, 1, 2, -2, -2)))
    for s, perm in (((2, 3, 4), (0, 2, 1)), ((1, 16, 2, 3, 5), (0, 2, 1, 3, 4)), ((1, 5, 4, 6, 7), (0, 2, 3, 4, 1)), ((2, 9, 3, 4), (0, 2, 3, 1)), ((4, 5), (1, 0)), ((2, 4, 6, 3, 3), (4, 3, 2, 1, 0))):
        c.add(line("Transpose", [dims(s)], [dims([s[i] for i in perm])], perm=perm))
    for s, y in (("1x16x2x3x5", "1x480"), ("1x17x2x3x5", "1x510"), ("2x9x1x1x1", "2x9"), ("1x24x1x4x4", "1x24x16"), ("12", "3x4"), ("1x8x2x3x3", "1x2x4x2x3x3")):
        c.add(line("Reshape", [s], [y]))
    for s, pads, y, mode in (("1x3x2x4x5", (0, 0, 1, 1, 1, 0, 0, 1, 1, 1), "1x3x4x6x7", "constant"), ("1x17x2x4x5", (0, 0, 0, 1, 2, 0, 0, 1, 0, 3), "1x17x3x5x10", "constant"),
                             ("1x4x3x5x6", (0, 0, 1, 2, 2, 0, 0, 1, 1, 3), "1x4x5x8x11", "reflect"), ("2x5x4", (0, 0, 1, 0, 0, 2), "2x5x7", "edge")):
        c.add(line("Pad", [s], [y], pads=pads, mode=mode, **({"value": "0.5"} if mode == "constant" else {})))
    c.write()
