"""Pooling."""
from .lines import List, dims, expand, line


def pool_line(op, shape, k, s, p=0, d=1, back=None, ceil=False, **attributes):
    m = len(shape) - 2
    k, s, p, d = (expand(v, m) for v in (k, s, p, d))
    back = p if back is None else expand(back, m)
    y = []
    for size, kk, ss, pp, bb, dd in zip(shape[2:], k, s, p, back, d):
        room = size + pp + bb - (kk - 1) * dd - 1
        if room < 0 or (kk - 1) * dd + 1 <= max(pp, bb):
            return None
        o = (room + (ss - 1 if ceil else 0)) // ss + 1
        y.append(o - 1 if ceil and (o - 1) * ss >= size + pp else o)
    return line(op, [dims(shape)], [dims(shape[:2] + tuple(y))], kernel_shape=k, strides=s, pads=p + back, dilations=d, **attributes)


def pool():
    c = List("pool", "Pooling.")
    rows = [((1, 2, 2), (1, 2, 2), 0), (2, 2, 0), (2, 2, (0, 1, 1)), ((1, 3, 3), (1, 2, 2), (0, 1, 1)), (3, 2, 1), (3, 1, 1),
            ((3, 1, 1), (2, 1, 1), (1, 0, 0)), ((1, 7, 7), 1, 0), ((2, 3, 1), (1, 2, 3), (1, 1, 0))]
    for ch in (1, 3, 4, 8, 13, 16, 17, 33):
        for i, (k, s, p) in enumerate(rows):
            if (ch + i) % 2 == 0 or ch in (3, 17):
                shape = (1 + ch % 2, ch, 4, 7 + i % 3, 7 + (ch + i) % 5)
                c.add(pool_line("MaxPool", shape, k, s, p, ceil=i % 2 > 0))
                c.add(pool_line("AveragePool", shape, k, s, p, ceil=i % 2 > 0, count_include_pad=(ch + i) // 2 % 2))
    c.section("every row length")
    for w in range(1, 18):
        c.add(pool_line("MaxPool", (1, 9, 2, 3, w), (1, 2, 2), (1, 2, 2), ceil=True))
        c.add(pool_line("AveragePool", (1, 5, 2, 3, w), (1, 3, 3), (1, 1, 1), (0, 1, 1), count_include_pad=0))
    c.section("dilation, asymmetric pads, 1-D and 2-D")
    for op, extra in (("MaxPool", {}), ("AveragePool", {"count_include_pad": 0}), ("AveragePool", {"count_include_pad": 1})):
        c.add(pool_line(op, (1, 6, 5, 9, 9), 2, (1, 2, 1), 0, (1, 2, 3), **extra))
        c.add(pool_line(op, (2, 5, 5, 8, 9), 3, 2, (1, 0, 2), 1, (0, 2, 1), **extra))
        c.add(pool_line(op, (1, 20, 6, 6, 6), 3, 3, 1, 1, 0, True, **extra))
        c.add(pool_line(op, (2, 7, 11), 3, 2, 1, **extra))
        c.add(pool_line(op, (1, 12, 9, 10), (3, 2), 2, (1, 0), **extra))
        c.add(pool_line(op, (1, 64, 13, 13), 3, 2, 0, 1, None, True, **extra))
    c.section("whole planes")
    for shape in ((1, 1, 1, 1, 1), (1, 5, 2, 3, 4), (2, 17, 1, 7, 7), (1, 64, 2, 4, 4), (3, 33, 5, 6), (1, 8, 19), (1, 48, 4, 9, 9)):
        y = dims(shape[:2] + (1,) * (len(shape) - 2))
        c.add(line("GlobalAveragePool", [dims(shape)], [y]))
        c.add(line("GlobalMaxPool", [dims(shape)], [y]))
    c.write()
