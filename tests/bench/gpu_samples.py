"""What the tests of bench/gpu share: its modules, listings that lie in data/, and made-up ones. The listings are Mesa 26.2.6's of small.cl and
spill.cl, each from its last variant on; nothing here needs Mesa, qemu or a compiler."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
BENCH = HERE.parent.parent / "bench/gpu"
sys.path.insert(0, str(BENCH))
import listings
import model

DATA = HERE / "data"


def small(gpu):
    return listings.read((DATA / f"small.{gpu}.txt").read_text(), model.GPUS[gpu].kind)["small"]


def body(slots=100, multiply_adds=64, narrow=80, **rest):
    made = listings.Body(slots=slots, multiply_adds=multiply_adds, narrow=narrow, **{k: v for k, v in rest.items() if k != "kinds"})
    made.kinds.update({"multiply-adds": multiply_adds, **rest.get("kinds", {})})
    return made


def code(loop, registers=16, lanes=128, outside=0, **rest):
    whole = listings.Body(**{**vars(loop), "slots": loop.slots + outside, "kinds": dict(loop.kinds)})
    return listings.Code("k", whole, loop, True, registers=registers, lanes=lanes, **rest)
