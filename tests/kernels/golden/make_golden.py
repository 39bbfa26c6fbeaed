#!/usr/bin/env python3
"""Writes the golden files of the reference backend's test: what PyTorch computes for a list of problems.

Run: python3 make_golden.py        (needs numpy and torch; writes *.txt beside itself, the same bytes every time)

A golden file has pairs of lines: a problem (src/kernels/problem.h), then up to MAX_VALUES values of output 0, in row-major
order. With n elements and s = ceil(n / MAX_VALUES), the values are those at indices 0, s, 2s, ...
Element j of input i is (h % 17 - 8) / 4 with, mod 2^32, h = j * 2654435761 + (i + 1) * 40503; h ^= h >> 15;
h *= 2246822519; h ^= h >> 13: multiples of 1/4 in [-2, 2], the same in C++. PyTorch computes in float64. The shape of the output is written into the problem from its
result, so that the shape rules are PyTorch's too.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

MAX_VALUES = 40
HERE = pathlib.Path(__file__).parent


def seeded(shape, i):
    n = int(np.prod(shape)) if shape else 1
    mask = np.uint64(0xFFFFFFFF)
    h = (np.arange(n, dtype=np.uint64) * np.uint64(2654435761) + np.uint64((i + 1) * 40503)) & mask
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & mask
    h ^= h >> np.uint64(13)
    values = (h % np.uint64(17)).astype(np.float64)
    return torch.from_numpy((values - 8) / 4).reshape(shape)


def shape_text(shape):
    return "x".join(map(str, shape)) if len(shape) else "scalar"


def attribute_text(value):
    if isinstance(value, (list, tuple)):
        return f"[{value[0]}]" if len(value) == 1 else "x".join(map(str, value))
    return str(value)


class Golden:
    def __init__(self, name):
        self.path, self.lines = HERE / f"{name}.txt", []

    def add(self, op, inputs, y, **attributes):
        """inputs: shapes, 'c' before constants by a tuple ('c', shape), None for absent."""
        words = []
        for shape in inputs:
            if shape is None:
                words.append("-")
            elif shape and shape[0] == "c":
                words.append("c" + shape_text(shape[1]))
            else:
                words.append(shape_text(shape))
        text = " ".join(f"{k}={attribute_text(v)}" for k, v in sorted(attributes.items()))
        self.lines.append(f"{op} {','.join(words)} -> {shape_text(y.shape)} {text}".rstrip())
        flat = y.reshape(-1)
        step = max(1, -(-flat.numel() // MAX_VALUES))
        self.lines.append(" ".join(f"{v:.9g}" for v in flat[::step].tolist()))

    def write(self):
        self.path.write_text("# Written by make_golden.py with PyTorch; do not edit.\n" + "\n".join(self.lines) + "\n")


ACTIVATIONS = [
    ("none", 0, 0, lambda x: x),
    ("relu", 0, 0, F.relu),
    ("clip", -0.5, 1.25, lambda x: x.clamp(-0.5, 1.25)),
    ("leaky_relu", 0.125, 0, lambda x: F.leaky_relu(x, 0.125)),
    ("sigmoid", 0, 0, torch.sigmoid),
    ("tanh", 0, 0, torch.tanh),
    ("hard_sigmoid", 0.25, 0.5, lambda x: (0.25 * x + 0.5).clamp(0, 1)),
    ("hard_swish", 0, 0, F.hardswish),
    ("swish", 0, 0, F.silu),
]


def act_attributes(act):
    name, alpha, beta, _ = act
    out = {} if name == "none" else {"act": name}
    if alpha:
        out["act_alpha"] = float(alpha)
    if beta:
        out["act_beta"] = float(beta)
    return out


def conv():
    g = Golden("conv")
    rows = [  # x, oc, kernel, strides, pads (fronts, backs), dilations, group, bias, add, activation
        ((2, 3, 11), 4, (3,), (1,), (1, 1), (1,), 1, True, False, 0),
        ((1, 4, 12), 6, (4,), (3,), (2, 0), (2,), 2, False, False, 1),
        ((1, 3, 7, 9), 5, (3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 1, True, True, 1),
        ((2, 4, 8, 7), 8, (2, 5), (2, 1), (0, 3, 1, 2), (1, 1), 4, True, False, 2),
        ((1, 2, 9, 9), 3, (3, 3), (2, 3), (2, 2, 2, 2), (2, 3), 1, False, False, 3),
        ((1, 3, 4, 6, 7), 4, (3, 3, 3), (1, 1, 1), (1, 1, 1, 1, 1, 1), (1, 1, 1), 1, True, True, 1),
        ((2, 3, 5, 8, 8), 5, (1, 7, 7), (1, 2, 2), (0, 3, 3, 0, 3, 3), (1, 1, 1), 1, True, False, 8),
        ((1, 6, 6, 5, 5), 6, (3, 3, 3), (1, 1, 1), (1, 1, 1, 1, 1, 1), (1, 1, 1), 6, True, False, 7),
        ((1, 4, 7, 5, 6), 9, (3, 1, 1), (2, 1, 1), (1, 0, 0, 1, 0, 0), (1, 1, 1), 1, True, False, 4),
        ((1, 5, 4, 4, 5), 7, (1, 1, 1), (1, 1, 1), (0, 0, 0, 0, 0, 0), (1, 1, 1), 1, True, True, 5),
        ((1, 6, 7, 8, 9), 4, (2, 3, 2), (1, 2, 3), (0, 1, 2, 1, 0, 1), (3, 2, 2), 2, False, True, 6),
        ((3, 2, 3, 3, 3), 2, (5, 3, 1), (1, 1, 1), (3, 2, 1, 2, 3, 0), (1, 1, 1), 1, True, False, 0),
    ]
    for x, oc, kernel, strides, pads, dilations, group, bias, add, act in rows:
        spatial = len(kernel)
        w = (oc, x[1] // group, *kernel)
        widths = []
        for axis in reversed(range(spatial)):
            widths += [pads[axis], pads[axis + spatial]]
        y = (F.conv1d, F.conv2d, F.conv3d)[spatial - 1](
            F.pad(seeded(x, 0), widths), seeded(w, 1), seeded((oc,), 2) if bias else None, strides, 0, dilations, group)
        inputs = [x, ("c", w)]
        if bias or add:
            inputs.append(("c", (oc,)) if bias else None)
        if add:
            inputs.append(tuple(y.shape))
            y = y + seeded(tuple(y.shape), 3)
        g.add("Conv", inputs, ACTIVATIONS[act][3](y), strides=strides, pads=pads, dilations=dilations, group=group,
              **act_attributes(ACTIVATIONS[act]))
    g.write()


def pool():
    g = Golden("pool")
    maxima = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
    averages = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)
    rows = [  # x, kernel, strides, pads (symmetric), dilations, ceil
        ((2, 3, 10), (3,), (2,), (1,), (1,), False), ((1, 2, 11), (4,), (3,), (2,), (1,), True),
        ((1, 3, 7, 8), (3, 2), (2, 2), (1, 0), (1, 1), False), ((1, 3, 8, 8), (3, 3), (2, 2), (1, 1), (1, 1), True),
        ((1, 2, 9, 9), (2, 3), (1, 2), (0, 1), (3, 2), False), ((1, 2, 4, 6, 6), (1, 3, 3), (1, 2, 2), (0, 1, 1), (1, 1, 1), False),
        ((2, 2, 5, 7, 8), (2, 2, 2), (2, 2, 2), (0, 0, 0), (1, 1, 1), True), ((1, 2, 5, 7, 7), (3, 3, 3), (2, 2, 2), (1, 1, 1), (1, 1, 1), True),
        ((1, 2, 6, 7, 8), (2, 3, 2), (1, 2, 1), (1, 1, 0), (2, 1, 3), True),
    ]
    for x, kernel, strides, pads, dilations, ceil in rows:
        i = len(kernel) - 1
        common = dict(kernel_shape=kernel, strides=strides, pads=pads + pads)
        g.add("MaxPool", [x], maxima[i](seeded(x, 0), kernel, strides, pads, dilations, ceil), dilations=dilations, **common)
        if all(d == 1 for d in dilations):
            for count in (0, 1):
                y = averages[i](seeded(x, 0), kernel, strides, pads, ceil, bool(count))
                g.add("AveragePool", [x], y, dilations=dilations, count_include_pad=count, **common)
    for x in ((2, 3, 7), (1, 4, 3, 5), (2, 3, 2, 3, 4)):
        axes = tuple(range(2, len(x)))
        g.add("GlobalAveragePool", [x], seeded(x, 0).mean(axes, True))
        g.add("GlobalMaxPool", [x], seeded(x, 0).amax(axes, True))
    g.write()


def elementwise():
    g = Golden("elementwise")
    for act in ACTIVATIONS[1:]:
        g.add("Activation", [(3, 5)], act[3](seeded((3, 5), 0)), **act_attributes(act))
    for op, f in (("Add", torch.add), ("Sub", torch.sub), ("Mul", torch.mul)):
        for a, b in (((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (3, 1)), ((1, 4), (2, 3, 1)), ((2, 3, 2, 2, 3), (1, 3, 1, 1, 1)), ((), (2, 3))):
            g.add(op, [a, b], f(seeded(a, 0), seeded(b, 1)))
    g.add("Add", [(2, 3, 4), ("c", (3, 1))], F.silu(seeded((2, 3, 4), 0) + seeded((3, 1), 1)), act="swish")
    for op, f, x in (("Relu", F.relu, (7,)), ("Sigmoid", torch.sigmoid, (2, 9)), ("Tanh", torch.tanh, (9,)), ("HardSwish", F.hardswish, (17,)),
                     ("HardSigmoid", lambda t: (0.2 * t + 0.5).clamp(0, 1), (17,)), ("LeakyRelu", lambda t: F.leaky_relu(t, 0.01), (17,)),
                     ("Erf", torch.erf, (9,)), ("Exp", torch.exp, (9,)), ("Floor", torch.floor, (9,)), ("Ceil", torch.ceil, (9,))):
        g.add(op, [x], f(seeded(x, 0)))
    for x, axis in (((5,), 0), ((2, 3, 4), 1), ((2, 3, 4), -1), ((3, 2, 2), 0)):
        g.add("Softmax", [x], seeded(x, 0).softmax(axis), axis=axis)
    x, c = (2, 3, 2, 2, 2), (3,)
    scale, bias, mean, var = (seeded(c, i) for i in range(1, 5))
    view = (1, 3, 1, 1, 1)
    y = (seeded(x, 0) - mean.view(view)) / torch.sqrt(var.view(view) + 4) * scale.view(view) + bias.view(view)
    g.add("BatchNormalization", [x, c, c, c, c], y, epsilon=4.0)  # keeps the seeded variances positive
    g.write()


def move():
    g = Golden("move")
    x = (2, 3, 4, 5)
    t = seeded(x, 0)
    for perm in ((0, 2, 3, 1), (3, 1, 0, 2), (1, 0, 2, 3)):
        g.add("Transpose", [x], t.permute(perm), perm=perm)
    g.add("Slice", [x], t[:, 1:, ::2, 3:4], axes=(1, 2, 3), starts=(1, 0, 3), ends=(9, 4, -1), steps=(1, 2, 1))
    g.add("Slice", [x], t.flip(3)[..., ::2], axes=(3,), starts=(4,), steps=(-2,))
    g.add("Concat", [x, (2, 1, 4, 5), (2, 2, 4, 5)], torch.cat([t, seeded((2, 1, 4, 5), 1), seeded((2, 2, 4, 5), 2)], 1), axis=1)
    g.add("Concat", [(3, 2), (3, 5)], torch.cat([seeded((3, 2), 0), seeded((3, 5), 1)], 1), axis=-1)
    g.add("Pad", [x], F.pad(t, (1, 2, 0, 3), value=0.5), pads=(0, 0, 0, 1, 0, 0, 3, 2), value=0.5)
    g.add("Pad", [x], F.pad(t, (2, 1, 3, 2), mode="reflect"), pads=(0, 0, 3, 2, 0, 0, 2, 1), mode="reflect")
    g.add("Pad", [x], F.pad(t, (2, 1, 3, 2), mode="replicate"), pads=(0, 0, 3, 2, 0, 0, 2, 1), mode="edge")
    g.add("Pad", [x], F.pad(t, (-1, 2, 1, -2)), pads=(0, 0, 1, -1, 0, 0, -2, 2))
    g.add("Expand", [(3, 1, 2)], seeded((3, 1, 2), 0).expand(2, 3, 4, 2))
    g.add("Tile", [(2, 3)], seeded((2, 3), 0).repeat(2, 3))
    g.add("Reshape", [x], t.reshape(6, 20))
    for axes, keep in (((1,), 1), ((0, 3), 0), ((-1, -2), 1), ((0, 1, 2, 3), 0)):
        g.add("ReduceMean", [x], t.mean(axes, bool(keep)), axes=axes, keepdims=keep)
        g.add("ReduceSum", [x], t.sum(axes, bool(keep)), axes=axes, keepdims=keep)
        g.add("ReduceMax", [x], t.amax(axes, bool(keep)), axes=axes, keepdims=keep)
    g.add("ReduceProd", [(2, 3, 4)], seeded((2, 3, 4), 0).prod(1), axes=(1,), keepdims=0)
    g.write()


def matmul():
    g = Golden("matmul")
    for x, n, bias, act in (((3, 7), 5, True, 0), ((2, 3, 4), 9, False, 1), ((1, 33), 17, True, 8), ((6,), 4, True, 0)):
        y = F.linear(seeded(x, 0), seeded((n, x[-1]), 1), seeded((n,), 2) if bias else None)
        g.add("Gemm", [x, ("c", (n, x[-1]))] + ([("c", (n,))] if bias else []), ACTIVATIONS[act][3](y),
              **act_attributes(ACTIVATIONS[act]))
    for a, b in (((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((4,), (3, 4, 2)), ((2, 3, 4), (4,)), ((5,), (5,))):
        g.add("MatMul", [a, b], seeded(a, 0) @ seeded(b, 1))
    g.write()


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    for make in (conv, pool, elementwise, move, matmul):
        make()
