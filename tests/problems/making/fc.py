"""Fully connected layers and matrix products."""
from .lines import ACTS, List, line


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
