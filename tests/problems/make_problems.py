#!/usr/bin/env python3
"""Writes the lists of problems in this folder: small ones that together reach every tail and corner of a kernel.

Run: python3 make_problems.py       (standard library only; writes *.txt beside itself, the same bytes every time)

The lists are read by the tests, which compute every line with every family that supports it; a line that once went wrong is
added to its section, never removed.
"""
import pathlib
import random

HERE = pathlib.Path(__file__).parent
ACTS = ["", "act=relu", "act=clip act_beta=6.0", "act=leaky_relu act_alpha=0.125", "act=sigmoid", "act=tanh",
        "act=hard_sigmoid act_alpha=0.25 act_beta=0.5", "act=hard_swish", "act=swish"]


def dims(values):
    return "x".join(map(str, values))


def ints(values):
    return f"[{values[0]}]" if len(values) == 1 else dims(values)


def line(op, inputs, outputs, act="", **attributes):
    words = act.split() + [f"{k}={ints(v) if isinstance(v, (list, tuple)) else v}" for k, v in attributes.items()]
    return f"{op} {','.join(inputs)} -> {','.join(outputs)} {' '.join(sorted(words))}".rstrip()


def expand(value, spatial):
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) * spatial


def out_size(size, k, s, front, back, d):
    return (size + front + back - (k - 1) * d - 1) // s + 1


class List:
    def __init__(self, name, about):
        self.path, self.text, self.seen = HERE / f"{name}.txt", [f"# {about} Written by make_problems.py."], set()

    def section(self, title):
        self.text += ["", f"# {title}"]

    def add(self, text):
        if text and text not in self.seen:
            self.seen.add(text)
            self.text.append(text)

    def write(self):
        self.path.write_text("\n".join(self.text) + "\n")


def conv_line(size, ic, oc, k, s=1, p=None, d=1, g=1, n=1, bias=True, add=False, act="", back=None):
    """size: the input's d h w (or fewer); p None: half the kernel; back None: as p."""
    m = len(size)
    k, s, d = expand(k, m), expand(s, m), expand(d, m)
    p = tuple((v - 1) * e // 2 for v, e in zip(k, d)) if p is None else expand(p, m)
    back = p if back is None else expand(back, m)
    y = [out_size(*v) for v in zip(size, k, s, p, back, d)]
    if min(y) < 1:
        return None
    y = (n, oc, *y)
    inputs = [dims((n, ic, *size)), "c" + dims((oc, ic // g, *k))]
    if bias or add:
        inputs.append(f"c{oc}" if bias else "-")
    if add:
        inputs.append(dims(y))
    return line("Conv", inputs, [dims(y)], act, strides=s, pads=p + back, dilations=d, group=g)


KERNELS = [(1, 1, 1), (1, 3, 3), (3, 1, 1), (3, 3, 3), (2, 2, 2), (1, 7, 7), (3, 7, 7), (5, 1, 1), (7, 1, 1), (1, 5, 5), (5, 7, 7)]


def conv():
    c = List("conv", "Convolutions.")
    c.section("every row length, 1 to 17 and around larger tiles")
    for w in list(range(1, 18)) + [24, 27, 28, 29, 48, 49, 57]:
        c.add(conv_line((2, 3, w), 5, 17, 1, bias=w % 2 == 0))
        c.add(conv_line((2, 3, w), 3, 9, 3))
    c.section("every number of output channels around the vectors")
    for oc in list(range(1, 36, 2)) + [4, 8, 12, 16, 24, 32, 48, 63, 64, 65, 96]:
        c.add(conv_line((2, 4, 5), 6, oc, 3 if oc < 40 else (1, 3, 3)))
        c.add(conv_line((1, 3, 7), 9, oc, 1, bias=oc % 3 > 0))
    c.section("input channels")
    for ic in (1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 45, 64, 70):
        for k in ((3, 3, 3), (1, 1, 1), (1, 7, 7) if ic < 5 else (3, 1, 1)):
            c.add(conv_line((3, 7, 6), ic, 8, k))
    c.section("kernels, strides, pads")
    for i, k in enumerate(KERNELS):
        for s in (1, 2, 3, (1, 2, 2), (2, 1, 1)):
            for j, (p, back) in enumerate(((None, None), (0, 0), (1, 0), ((0, 2, 3), (2, 3, 1)))):
                if (i + j) % 4 == 0 or s == (1, 1, (1, 2, 2), 2)[(i + j) % 4]:
                    size = tuple(max(v, e) for v, e in zip((4, 8, 9), k))
                    c.add(conv_line(size, 3 + i % 3, 6 + 3 * j, k, s, p, back=back, bias=j != 1))
    c.section("pads as large as or larger than the kernel")
    for k, p in ((1, 1), (1, 3), (2, 3), (3, 3), ((1, 3, 3), (2, 3, 3))):
        c.add(conv_line((2, 4, 5), 4, 10, k, 1, p))
        c.add(conv_line((2, 4, 5), 4, 10, k, 2, p))
    c.section("kernels of one pixel over padding, in front, behind and both")
    for front, back in (((0, 0, 0), (0, 1, 1)), ((0, 1, 2), (0, 0, 0)), ((1, 1, 0), (0, 2, 3)), ((0, 0, 3), (2, 0, 1))):
        for k in (1, (3, 1, 1)):
            for s in (1, (1, 2, 2), (2, 1, 3)):
                c.add(conv_line((3, 5, 6), 7, 9, k, s, front, back=back))
        c.add(conv_line((3, 5, 6), 8, 8, (3, 1, 1), 1, front, back=back, g=8))
        c.add(conv_line((3, 5, 6), 8, 8, 1, 1, front, (3, 3, 3), back=back, g=2))
    c.section("dilations")
    for d in (2, 3, (1, 2, 2), (2, 1, 1), (1, 2, 3), (3, 2, 1)):
        for k in (3, (1, 3, 3), (3, 1, 1), 2):
            c.add(conv_line((7, 9, 10), 3, 7, k, 1, None, d))
        c.add(conv_line((7, 9, 10), 4, 16, 3, (1, 2, 2), 0, d))
    c.section("depthwise")
    for ch in (1, 3, 4, 7, 8, 16, 17, 24, 33):
        for k, s in ((3, 1), ((1, 3, 3), 1), ((3, 1, 1), (2, 1, 1)), (3, (1, 2, 2)), ((5, 1, 1), 1), ((1, 5, 5), (1, 2, 2))):
            c.add(conv_line((4, 7, 9), ch, ch, k, s, g=ch, bias=ch % 2 > 0))
    c.add(conv_line((3, 5, 6), 4, 8, 3, g=4))
    c.add(conv_line((3, 5, 6), 5, 15, 3, 2, g=5))
    c.add(conv_line((2, 5, 6), 12, 12, 1, g=12))
    c.section("groups of 2 to 8 channels, and groups that divide no vector")
    for per in range(2, 9):
        for g in (2, 3, 5):
            c.add(conv_line((2, 5, 6), per * g, per * g, 3 if g < 5 else (1, 3, 3), (1, 2, 2) if per == 4 else 1, g=g))
    for per, g in ((2, 1), (2, 11), (4, 3), (4, 5), (8, 2), (8, 3)):
        for k, s, d in ((3, 1, 1), ((3, 1, 1), (2, 1, 1), 1), ((1, 3, 3), (1, 2, 2), 1), (3, 1, (1, 2, 3)), ((1, 5, 7), 1, 1)):
            act = "act=relu" if g % 2 else "act=swish"
            c.add(conv_line((3, 6, 9), per * g, per * g, k, s, None, d, g, add=k == 3, act=act))
    c.section("rows longer than a piece, with borders of their own; planes and bands that threads share")
    for g, per in ((19, 1), (9, 2), (5, 4)):
        for k, s in ((3, 1), ((1, 3, 3), (1, 2, 2)), ((5, 1, 1), 1), ((1, 1, 7), 1)):
            c.add(conv_line((2, 5, 37), g * per, g * per, k, s, g=g))
    c.add(conv_line((2, 3, 6), 5, 5, (1, 3, 3), 1, (0, 4, 4), g=5, add=True, act="act=clip act_beta=6.0"))
    for ic, oc, g in ((6, 10, 2), (9, 6, 3), (14, 21, 7), (16, 32, 4), (32, 16, 2), (22, 11, 11), (32, 64, 2), (48, 48, 3)):
        c.add(conv_line((2, 4, 7), ic, oc, 1, g=g))
        c.add(conv_line((2, 4, 7), ic, oc, 3, g=g, bias=False))
    c.section("kernels and strides of fast convolution: tiles cut off at every side, all epilogues")
    for i, size in enumerate(((5, 6, 7), (4, 9, 10), (2, 13, 5), (9, 8, 12), (16, 5, 4), (3, 17, 18))):
        for j, (k, s) in enumerate((((3, 3, 3), 1), ((3, 3, 3), 2), ((3, 3, 3), (1, 2, 2)), ((1, 3, 3), (1, 2, 2)),
                                    ((1, 3, 3), 1), ((3, 1, 1), 1), ((3, 1, 1), (2, 1, 1)), ((7, 1, 1), (2, 1, 1)))):
            p = (None, (0, 0, 0), tuple(2 * (e > 1) for e in k))[(i + j) % 3]
            c.add(conv_line(size, 17 + 3 * j, 20 + 9 * i, k, s, p, n=1 + (i * j) % 2, bias=(i + j) % 4 > 0,
                            add=(i + j) % 3 == 1, act="act=relu" if j % 2 else ""))
    c.section("batches")
    for n in (2, 3):
        for k in ((1, 1, 1), (3, 3, 3), (1, 3, 3)):
            c.add(conv_line((2, 5, 6), 5, 18, k, n=n))
        c.add(conv_line((2, 5, 6), 6, 6, 3, g=6, n=n))
        c.add(conv_line((2, 5, 6), 6, 12, 3, (1, 2, 2), g=3, n=n, add=True))
    c.section("1-D and 2-D")
    for w in (1, 5, 16, 33):
        c.add(conv_line((w,), 3, 8, 3))
        c.add(conv_line((w,), 16, 5, 1, 2))
    c.add(conv_line((20,), 6, 6, 5, 1, 2, g=6))
    c.add(conv_line((20,), 6, 8, 4, 3, 2, 2, g=2, back=0))
    for size in ((1, 1), (5, 7), (14, 14), (9, 17)):
        c.add(conv_line(size, 5, 16, 3))
        c.add(conv_line(size, 8, 9, 1, 2))
        c.add(conv_line(size, 3, 17, 7, 2))
    c.add(conv_line((9, 11), 8, 8, 3, 2, g=8))
    c.add(conv_line((9, 11), 4, 6, (2, 3), (2, 1), (0, 2), (2, 1), 2, n=2, back=(1, 0)))
    c.section("what follows the sum: bias, an added tensor, every activation")
    for i, act in enumerate(ACTS):
        for bias, add in ((False, False), (True, False), (False, True), (True, True)):
            k, g = ((3, 1), (1, 1), ((1, 3, 3), 2), (3, 6))[(i + 2 * bias + add) % 4]
            c.add(conv_line((2, 3, 7), 6, 18, k, g=g, bias=bias, add=add, act=act))
    c.add(conv_line((2, 3, 7), 6, 9, 1, act="act=leaky_relu act_alpha=0.1"))
    c.add(conv_line((2, 3, 7), 6, 9, 3, act="act=clip act_alpha=-1.5 act_beta=2.25"))
    c.section("layers of networks, cut down")
    for size, ic, oc, k, s in (((4, 12, 12), 3, 64, 3, 1), ((2, 7, 7), 64, 32, 3, 1), ((2, 4, 4), 40, 64, 3, 1), ((2, 14, 14), 3, 45, (1, 7, 7), (1, 2, 2)),
                               ((4, 7, 7), 45, 64, (3, 1, 1), 1), ((2, 14, 14), 16, 36, (1, 3, 3), 1), ((4, 7, 7), 57, 32, (3, 1, 1), (2, 1, 1)),
                               ((4, 8, 8), 32, 64, 1, 2), ((3, 16, 16), 3, 24, (1, 3, 3), (1, 2, 2)), ((2, 7, 7), 54, 24, 1, 1),
                               ((8, 6, 6), 8, 16, (5, 1, 1), 1), ((8, 6, 6), 3, 8, (5, 7, 7), (1, 2, 2)), ((2, 28, 28), 8, 16, (1, 3, 3), 1)):
        c.add(conv_line(size, ic, oc, k, s, act="act=relu"))
    c.section("seeded mixtures")
    r = random.Random(3)
    while len(c.seen) < 593:
        g = r.choice((1, 1, 1, 2, 3, 4))
        k = r.choice(KERNELS)
        size = tuple(max(1, v - r.randrange(3)) for v in (4, 9, r.randrange(3, 20)))
        ic, oc = g * r.randrange(1, 12), g * r.randrange(1, 20)
        p = tuple(r.randrange(4) for _ in k)
        c.add(conv_line(size, ic, oc, k, tuple(r.randrange(1, 4) for _ in k), p, tuple(r.choice((1, 1, 2, 3)) for _ in k), g, r.choice((1, 1, 2)),
                        r.random() < 0.7, r.random() < 0.3, r.choice(ACTS), tuple(r.randrange(4) for _ in k)))
    c.write()


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


def fc():
    c = List("fc", "Fully connected layers and matrix products.")
    for n in list(range(1, 36, 2)) + [4, 8, 16, 32, 48, 64, 101]:
        c.add(line("Gemm", [f"1x{n + 6}", f"c{n}x{n + 6}", f"c{n}"], [f"1x{n}"], ACTS[n // 2 % 2]))
    for k in (1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 127, 512):
        c.add(line("Gemm", [f"2x{k}", f"c19x{k}"] + (["c19"] if k % 2 else []), ["2x19"]))
    for m in (2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17):
        c.add(line("Gemm", [f"{m}x21", "c18x21", "c18"], [f"{m}x18"]))
    for act in ACTS[1:]:
        c.add(line("Gemm", ["3x10", "c17x10", "c17"], ["3x17"], act))
    c.add(line("Gemm", ["2x3x4x12", "c9x12", "c9"], ["2x3x4x9"]))
    c.add(line("Gemm", ["14", "c9x14", "c9"], ["9"]))
    c.section("products of two tensors")
    for a, b, y in (("3x4", "4x5", "3x5"), ("2x3x4", "2x4x5", "2x3x5"), ("2x3x7", "7x17", "2x3x17"), ("2x1x5x8", "3x8x9", "2x3x5x9"), ("1x33", "33x16", "1x16"), ("6", "6x4", "4"), ("5x6", "6", "5")):
        c.add(line("MatMul", [a, b], [y]))
    c.write()


def sparse():
    c = List("sparse", "Convolutions and fully connected layers with structured zeros.")

    def conv(sparsity, *args, act="", **more):
        c.add(conv_line(*args, act=f"{act} sparsity={sparsity}", **more))

    c.section("groups and schemes")
    for gm in (4, 8, 16, 32):
        for gn in (4, 1, 8):
            for scheme, kept in (("kgs", 30), ("vanilla", 40)):
                conv(f"{scheme}:{gm}x{gn}:{kept}%", (3, 5, 9), 24, 40, 3, act="act=relu")
    c.section("channels that groups do not divide; groups without any weight left")
    for ic, oc in ((5, 3), (7, 17), (16, 33), (18, 45), (33, 12), (40, 64), (3, 16), (1, 9)):
        for sparsity in ("kgs:8x4:28%", "vanilla:4x4:10%", "kgs:16x4:3%", "kgs:32x8:50%", "kgs:8x1:25%", "kgs:4x2:35%", "kgs:12x3:40%"):
            if (ic + oc + len(sparsity)) % 2:
                conv(sparsity, (2, 4, 5), ic, oc, (3, 3, 3) if oc % 2 else (1, 3, 3))
    c.section("rows of any length: tails of pixels")
    for w in (1, 2, 3, 5, 7, 8, 9, 14, 15, 16, 17, 28, 31, 33, 49, 56, 57):
        for i, k in enumerate(((3, 3, 3), (1, 3, 3), (3, 1, 1), (1, 1, 1))):
            conv("kgs:8x4:40%" if (w + i) % 2 else "kgs:16x4:40%", (4, 2 + w % 3 + i, w), 20, 18, k, act="act=relu" if i % 2 else "")
    for size in ((2, 7, 7), (4, 14, 14), (8, 14, 14), (1, 28, 28), (16, 7, 7), (3, 16, 16)):
        for k in (3, (1, 3, 3), (3, 1, 1)):
            conv("kgs:8x4:28%", size, 17, 24, k)
    c.section("strides, pads, dilations")
    for i, k in enumerate(KERNELS):
        for j, s in enumerate((1, 2, 3, (1, 2, 2), (2, 1, 1))):
            for p, back in (((None, None), (0, 0)), ((1, 0), ((0, 2, 3), (2, 3, 1))))[(i + j) % 2]:
                size = tuple(max(v, e) for v, e in zip((4, 8, 9), k))
                conv(("kgs:8x4:30%", "vanilla:16x4:50%", "kgs:4x4:40%")[(i + j) % 3], size, 9, 20, k, s, p, back=back)
    for d in (2, 3, (1, 2, 2), (2, 1, 1), (1, 2, 3), (3, 2, 1)):
        for j, s in enumerate((1, (1, 2, 2), (2, 3, 2))):
            conv(("kgs:8x4:30%", "kgs:16x4:30%", "kgs:4x4:30%")[j], (7, 9, 10), 6, 18, 3, s, None, d)
    for k, p in ((1, 1), ((1, 3, 3), (2, 3, 3)), ((3, 1, 1), (1, 2, 2)), (2, 3)):
        for s in (1, 2):
            conv("kgs:8x4:50%", (2, 4, 5), 8, 10, k, s, p)
            conv("kgs:16x4:50%", (2, 4, 5), 8, 10, k, s, p)
    c.section("batches, 1-D and 2-D, groups that stay dense")
    for sparsity in ("kgs:8x4:30%", "kgs:32x4:30%", "vanilla:4x4:50%"):
        for n in (2, 3):
            conv(sparsity, (2, 5, 6), 16, 18, 3, n=n)
        conv(sparsity, (33,), 16, 20, 3)
        conv(sparsity, (9, 17), 16, 20, 3)
        conv(sparsity, (9, 17), 16, 20, 7, 2)
        conv(sparsity, (2, 5, 6), 16, 32, 3, g=2)
    c.section("what follows the sum")
    for i, act in enumerate(ACTS):
        for bias, add in ((False, False), (True, False), (False, True), (True, True)):
            k = (3, 1, (1, 3, 3), (3, 1, 1))[(i + 2 * bias + add) % 4]
            conv("kgs:16x4:40%" if i % 2 else "kgs:8x4:40%", (2, 3, 7), 12, 35, k, bias=bias, add=add, act=act)
    c.section("many chunks of input channels")
    for sparsity in ("kgs:8x4:28%", "kgs:16x4:28%", "vanilla:8x4:31%", "kgs:32x4:20%"):
        conv(sparsity, (2, 7, 7), 150, 40, 3)
        conv(sparsity, (3, 6, 14), 130, 24, (1, 3, 3), add=True, act="act=relu")
    c.section("fully connected layers")
    for m in (1, 2, 3, 4, 9):
        for k, n in ((4, 5), (7, 18), (64, 33), (132, 64), (36, 101), (28, 3)):
            for i, sparsity in enumerate(("kgs:8x4:30%", "vanilla:16x4:40%", "kgs:32x8:25%", "kgs:4x1:35%")):
                if (m + k + i) % 2:
                    c.add(line("Gemm", [f"{m}x{k}", f"c{n}x{k}"] + ([f"c{n}"] if i else []), [f"{m}x{n}"], ACTS[i % 3], sparsity=sparsity))
    c.write()


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


if __name__ == "__main__":
    for make in (conv, pool, elementwise, fc, sparse, move, winograd):
        make()
