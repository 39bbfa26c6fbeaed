"""Measuring in a process of its own, which may end as it likes."""

import multiprocessing

from .models import ModelError


def in_own_process(work, case):
    """What `work(case, pipe)` sends: a record; raises ModelError with the case's file where it sends a text, or nothing."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(case, theirs))
    process.start()
    theirs.close()
    try:
        record = pipe.recv()
    except EOFError:
        process.join()
        record = f"the worker ended with {process.exitcode}"
    process.join()
    if isinstance(record, str):
        raise ModelError(f"{case['file'].name}: {record}")
    return record
