"""Measuring by turns: every engine once per round, the order rotated, nobody's idle threads left spinning.

Runtimes let idle threads spin for a while after a run, which makes their next layer quick and their
neighbour slow. That is not switched off, for it is part of how fast they are; instead a turn begins when the
process has stopped using the CPU.
"""

import math
import statistics
import time

PAUSE_S = 0.02
MAX_PAUSES = 50
IDLE_SHARE = 0.1  # of one core
MAX_RUNS = 2000
LONG_S = 3  # a run so long needs no other to warm up


def settle():
    """Waits until the threads of this process sleep, a second at most; the seconds it took."""
    start = time.perf_counter()
    for _ in range(MAX_PAUSES):
        before = time.process_time()
        time.sleep(PAUSE_S)
        if time.process_time() - before < IDLE_SHARE * PAUSE_S:
            break
    return time.perf_counter() - start


def take_turn(run, seconds):
    """One run to warm up, then runs for about `seconds`: their median and the CPU seconds used per second."""
    cpu, start = time.process_time(), time.perf_counter()
    run()
    first = time.perf_counter() - start
    if first > LONG_S:
        return {"ms": first * 1e3, "runs": 1, "cores": (time.process_time() - cpu) / first}
    runs = min(max(1, math.ceil(seconds / first)), MAX_RUNS)
    times = []
    cpu, start = time.process_time(), time.perf_counter()
    for _ in range(runs):
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    wall = time.perf_counter() - start
    return {"ms": statistics.median(times) * 1e3, "runs": runs, "cores": (time.process_time() - cpu) / wall}


def rotated(keys, round_index):
    """The order of a round: each round begins with the next engine."""
    first = round_index % len(keys) if keys else 0
    return [*keys[first:], *keys[:first]]


def too_slow(taken, factor):
    """The engines that took more than `factor` times as long as the fastest in each of at least two turns.

    `taken`: milliseconds of all turns so far, by engine.
    """
    limit = factor * min((min(times) for times in taken.values()), default=0)
    return {key for key, times in taken.items() if len(times) > 1 and min(times) > limit}
