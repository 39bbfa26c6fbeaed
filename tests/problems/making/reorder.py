"""Copies between layouts."""
from .lines import List, dims, line

SHAPES = ((1, 3, 2, 5, 7), (2, 21, 2, 4, 9), (1, 32, 1, 3, 4), (1, 16, 5, 6), (2, 5, 9), (3, 17))
PORTS = ((1, 0, 0), (1, 1, 2), (4, 0, 0), (8, 1, 1), (16, 3, 0), (16, 0, 0), (6, 0, 1))


def reorder():
    c = List("reorder", "Copies between layouts: channels per block, rows and columns of halo.")
    for shape in SHAPES:
        for source in PORTS:
            for target in PORTS:
                c.add(line("Reorder", [dims(shape)], [dims(shape)], **{"from": source, "to": target}))
    c.write()
