"""What the commands of this folder are asked alike."""
import os
import pathlib

import gates
import manifest
import mesa
import model

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def add(parser):
    parser.add_argument("--gpu", action="append", metavar="GPU", help=f"may be repeated: {', '.join(model.GPUS)}, or all")
    parser.add_argument("--steps", default="", metavar="TEXT", help="only launches whose step, problem, family or kernel contains TEXT")
    parser.add_argument("--guard", action="store_true", help="no tables: exit with 1 and a line for each kernel that spills or, in half arithmetic on an Adreno, "
                        "loses waves of 128; exit with 0 and the reason where Mesa is not unpacked")
    parser.add_argument("--check", action="store_true", help=f"exit with 1 when a kernel spills, or misses {100 * gates.LEAST_SHARE:.0f} %% multiply-adds "
                        "or waves of 128 in half arithmetic on an Adreno")
    add_compiling(parser)


def add_compiling(parser):
    parser.add_argument("--mesa", action="append", choices=mesa.SUITES, help="only the Mesa of this suite of Debian (default: both)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="compilations at once (default: %(default)s)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", metavar="FOLDER", help="where scripts/sysroot-gpu unpacked Mesa (default: build)")


def gpus_of(options, otherwise):
    """Those that were asked for."""
    if not options.gpu:
        return otherwise
    if "all" in options.gpu:
        return list(model.GPUS.values())
    return [manifest.known_gpu(key) for key in dict.fromkeys(options.gpu)]
