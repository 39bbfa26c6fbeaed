#!/usr/bin/env python3
"""What other tiles of a convolution would become: registers, waves, spills, and times of the model. From such tables come the budgets of
registers by kind of GPU in src/kernels/cl/conv_parts.cpp.

  tiles.py build/gpu-report/plans/c3d/half/mali-g57 --step conv2
  tiles.py build/gpu-report/plans/c3d/float/adreno-650 --step conv4a --tiles 4x2,7x2 --mesa sid

The step's kernel is compiled with other -DROWS and -DBLOCKS (and what follows from them), whether or not the plan may choose these. Times are of
whole tiles: what a plane's last rows waste is what they waste in the plan's own tile.
"""
import argparse
import copy
import pathlib
import re
import signal
import sys
import types

import judge
import manifest
import mesa
import model
import options as common
import tables

TILES = "1x1,2x1,4x1,7x1,8x1,1x2,2x2,4x2,7x2,8x2,1x4,2x4,4x4"
COLUMNS = {"tile": lambda j: f"{j.launch.tile['pixels']}×{j.launch.tile['outputs']}",
           **{name: tables.COMMON[name] for name in ("loop", "multiply-adds", "loads a multiply-add", "addresses")}}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER", help="a plan, as survey.py leaves it")
    parser.add_argument("--step", required=True, help="the name of one convolution of it")
    parser.add_argument("--tiles", default=TILES, metavar="RxB,...", help="rows of pixels x blocks of four output channels (default: %(default)s)")
    common.add_compiling(parser)
    return parser.parse_args()


def number(options, name):
    found = re.search(rf"-D{name}=(\d+)", options)
    if not found:
        raise manifest.Error(f"the step is no convolution in tiles: its kernel has no {name}")
    return int(found[1])


def retiled(launch, rows, blocks):
    """The launch with another tile: its options, and how many work-items it takes."""
    height, channels = number(launch.options, "OH"), number(launch.options, "Y_BLOCKS")
    values = {"ROWS": rows, "BLOCKS": blocks, "TILES": -(-height // rows), "OC_TILES": -(-channels // blocks)}
    other = copy.copy(launch)
    for name, value in values.items():
        number(launch.options, name)
        other.options = re.sub(rf"-D{name}=\d+", f"-D{name}={value}", other.options)
    columns, planes, tiles = launch.working
    other.working = [columns * values["TILES"] // number(launch.options, "TILES"), planes,
                     tiles * values["OC_TILES"] // number(launch.options, "OC_TILES")]
    other.tile = {**launch.tile, "pixels": rows, "outputs": 4 * blocks}
    return other


def tiles_of(text):
    if not re.fullmatch(r"\d+x\d+(,\d+x\d+)*", text):
        raise manifest.Error(f"--tiles is '{text}', not like {TILES[:11]}")
    return [tuple(int(side) for side in tile.split("x")) for tile in text.split(",")]


def run(options):
    read = manifest.read(options.folder)
    steps = [launch for launch in read.launches if launch.step == options.step]
    if not steps:
        raise manifest.Error(f"{options.folder} has no step {options.step}: {', '.join(dict.fromkeys(launch.step for launch in read.launches))}")
    height = number(steps[0].options, "OH")
    gpu = model.GPUS[read.device]
    _, missing = judge.unpacked([gpu], options)
    if missing:
        raise mesa.Missing(missing[0])
    read.launches = [retiled(steps[0], rows, blocks) for rows, blocks in tiles_of(options.tiles) if rows <= height]
    (_, by_gpu), = judge.judge([(read, [gpu])], types.SimpleNamespace(steps="", **vars(options)))
    judged = by_gpu[gpu]
    print(f"{read.model} {read.mode}, {steps[0].step} ({steps[0].family}) on {gpu.title}, Mesa {' / '.join(tables.titles_of(judged))}; "
          f"the plan's tile: {steps[0].tile['pixels']}×{steps[0].tile['outputs']}\n")
    print(tables.table_of(gpu, judged, COLUMNS))


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        run(arguments())
        return 0
    except (manifest.Error, mesa.Missing, mesa.Failed) as error:
        print(f"tiles: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
