"""What the small measuring programs have in common: a parser, what they say of the machine, what they keep, how they end."""

import argparse
import json
import os
import sys

from .command import BUSY, say
from .models import ModelError


def simple_parser(name, description, examples):
    """Of `python3 bench/NAME`."""
    return argparse.ArgumentParser(
        prog=f"python3 bench/{name}",
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def warn_when_busy():
    if os.getloadavg()[0] > BUSY:
        say(f"the machine is busy (load {os.getloadavg()[0]:.1f}): times and ratios are worth less")


def keep(records, file):
    """All that was measured so far, in a JSON file; nothing without one."""
    if file:
        file.write_text(json.dumps({"records": records}, indent=1) + "\n", encoding="utf-8")


def carried_out(name, measure):
    """What measure() gives; ends the program in a line where a model cannot be measured, or somebody ends it."""
    try:
        return measure()
    except ModelError as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"\n{name}: interrupted")
