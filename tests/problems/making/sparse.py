"""Convolutions and fully connected layers with structured zeros."""
from .conv_line import KERNELS, conv_line
from .lines import ACTS, List, line


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
