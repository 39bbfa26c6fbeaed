#!/usr/bin/env python3
"""Writes the lists of problems in this folder: small ones that together reach every tail and corner of a kernel.

Run: python3 make_problems.py       (standard library only; writes *.txt beside itself, the same bytes every time)

Each list has a file in making/. The tests read the lists and compute every line with every family that supports it; a line that
once went wrong is added to its section, never removed.
"""
from making.conv import conv
from making.elementwise import elementwise
from making.fc import fc
from making.move import move
from making.pool import pool
from making.reorder import reorder
from making.sparse import sparse
from making.winograd import winograd

if __name__ == "__main__":
    for make in (conv, pool, elementwise, fc, sparse, move, reorder, winograd):
        make()
