"""Convolutions for Winograd's method."""
from .conv_line import conv_line
from .lines import List, dims, expand


def winograd_points(m, k, s):
    return k + s * (m - 1) if m > 1 else k


def winograd():
    c = List("winograd", "Convolutions for Winograd's method with structured zeros, some with weights in the transform domain.")
    shapes = [((4, 9, 10), (3, 3, 3), 1), ((5, 6, 7), (3, 3, 3), 1), ((4, 9, 10), (3, 3, 3), 2), ((2, 13, 5), (1, 3, 3), 1),
              ((9, 8, 12), (3, 1, 1), 1), ((3, 8, 17), (3, 3, 3), (1, 2, 2)), ((9, 5, 6), (3, 1, 1), (2, 1, 1)), ((8, 4, 4), (7, 1, 1), (2, 1, 1))]

    def add(i, shape, group, scheme, ic, oc, tile=""):
        size, k, s = shape
        text = conv_line(size, ic, oc, k, s, (None, 0)[i % 5 == 4], n=1 + (i % 4 == 3), bias=i % 3 > 0, add=i % 4 == 1, act="act=relu" if i % 2 else "")
        op, inputs, arrow, output, *words = text.split()
        words.append(f"sparsity={scheme}:{group}:{(28, 50, 15)[i % 3]}%")
        if tile:
            t, m = int(tile[1]), int(tile[3])
            sd, sh, _ = expand(s, 3)
            n = winograd_points(m, k[1], sh)
            inputs = ",".join((inputs.split(",") + ["-", "-"])[:4] + ["c" + dims((oc, ic, winograd_points(t, k[0], sd), n, n))])
            words.append(f"winograd={tile}")
        c.add(" ".join([op, inputs, arrow, output, *sorted(words)]))

    c.section("groups and schemes")
    for i, (group, scheme) in enumerate((g, s) for g in ("32x4", "16x4", "8x4", "4x4", "32x8", "16x1", "64x16", "8x1") for s in ("vanilla", "kgs")):
        for j in (0, 3, 4):
            add(i + j, shapes[(i + j) % len(shapes)], group, scheme, (17, 32, 40, 24)[(i + j) % 4], (20, 64, 33, 40, 70)[(i + j) % 5])
    c.section("weights in the transform domain, every tile")
    for i, tile in enumerate(("t1s2", "t1s4", "t2s2", "t2s4", "t4s2", "t4s4")):
        for j in (0, 1, 2, 5):
            add(i + j, shapes[j], ("32x4", "16x4", "8x4", "4x4")[(i + j) % 4], "kgs", (17, 32, 24)[(i + j) % 3], (20, 33, 64)[(i + j) % 3], tile)
    for i, (j, tile) in enumerate(((4, "t2s1"), (4, "t4s1"), (6, "t2s1"), (6, "t4s1"), (7, "t4s1"), (3, "t1s4"), (3, "t1s2"))):
        add(i, shapes[j], ("16x4", "32x4", "8x4")[i % 3], "kgs", (18, 32)[i % 2], (24, 48)[i % 2], tile)
    c.write()
