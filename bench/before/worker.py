"""One model with one number of threads: the new build, the old one, and the old one a second time, by turns.

Runs in a process of its own. The second old one tells how far two equal libraries are apart, tuned apart from each
other: what is smaller than that says nothing.

On a machine that others use, medians of whole runs are worth little. So each step of the plan is timed in many runs as
well, and the fastest times are added up: an interruption lengthens a step of one run, hardly that step in all of them.
"""

from peers import turns
from peers.agreement import difference
from peers.binding import Model, Rt3d
from peers.engine import Task
from peers.models import check_shapes, draw_inputs
from peers.worker import one_line

NEW, OLD, AGAIN = "new", "old", "old again"
KEYS = (NEW, OLD, AGAIN)


def work(case, pipe):
    """`case`: libraries (library, header by key), file, threads, accuracy, options. Sends a record or a text."""
    try:
        pipe.send(_measure(case))
    except Exception as error:  # noqa: BLE001  (whatever it is, the parent reports it)
        pipe.send(one_line(error, 1000))


def _measure(case):
    from peers.engine_rt3d import Rt3dEngine  # noqa: PLC0415  (needs numpy, which only workers need)

    options = case["options"]
    rt3d = {key: Rt3d(*places) for key, places in case["libraries"].items()}
    with Model(rt3d[NEW], case["file"]) as model:
        inputs = model.inputs()
    check_shapes(case["file"], inputs)
    arrays = draw_inputs(inputs, options.seed)
    task = Task(case["file"], inputs, arrays, [], case["threads"], None, options)
    databases = case.get("databases", {})
    engines = {key: Rt3dEngine(task, rt3d[key], case["accuracy"], databases.get(key)) for key in KEYS}
    fastest = _fastest_steps(engines, options.runs)
    rounds = []
    for index in range(options.rounds):
        turns.settle()
        taken = {"peak": rt3d[NEW].peak_gflops(case["threads"])}
        for key in turns.rotated(list(KEYS), index):
            turns.settle()
            taken[key] = turns.take_turn(engines[key].run, options.seconds)
        rounds.append(taken)
    outputs = {key: engine.outputs() for key, engine in engines.items()}
    memory = {key: _bytes(engine.stats()) for key, engine in engines.items()}
    return {
        "rounds": rounds,
        "steps_ms": {key: sum(times) * 1e-6 for key, times in fastest.items()},
        "memory": memory,
        "difference": min(difference(outputs[NEW], outputs[OLD]), 1e300),
    }


def _fastest_steps(engines, runs):
    """The fastest time of every step in so many runs by turns, by engine."""
    fastest = {}
    for index in range(runs):
        for key in turns.rotated(list(KEYS), index):
            engines[key].run()
            times = engines[key].session.step_times()
            fastest[key] = list(map(min, times, fastest.get(key, times)))
    return fastest


def _bytes(stats):
    return stats["arena_bytes"] + stats["packed_weight_bytes"] + stats["model_weight_bytes"] + stats["code_bytes"]
