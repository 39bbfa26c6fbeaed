"""Convolutions."""
import random

from .conv_line import KERNELS, conv_line
from .lines import ACTS, List


def conv():
    c = List("conv", "Convolutions.")
    for part in (windows, groups, layers, mixtures):
        part(c)
    c.write()


def windows(c):
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


def groups(c):
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


def layers(c):
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
    c.section("more pixels in one dimension than sixteen bits count")
    for size, k in (((1, 70000, 1), (1, 3, 1)), ((1, 1, 70000), (1, 1, 3)), ((70000, 1, 1), (3, 1, 1))):
        c.add(conv_line(size, 2, 3, k))


def mixtures(c):
    c.section("seeded mixtures")
    r = random.Random(3)
    while len(c.seen) < 596:
        g = r.choice((1, 1, 1, 2, 3, 4))
        k = r.choice(KERNELS)
        size = tuple(max(1, v - r.randrange(3)) for v in (4, 9, r.randrange(3, 20)))
        ic, oc = g * r.randrange(1, 12), g * r.randrange(1, 20)
        p = tuple(r.randrange(4) for _ in k)
        c.add(conv_line(size, ic, oc, k, tuple(r.randrange(1, 4) for _ in k), p, tuple(r.choice((1, 1, 2, 3)) for _ in k), g, r.choice((1, 1, 2)),
                        r.random() < 0.7, r.random() < 0.3, r.choice(ACTS), tuple(r.randrange(4) for _ in k)))
