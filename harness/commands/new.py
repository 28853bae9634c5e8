# SPDX-License-Identifier: GPL-2.0-only
"""Makes a skeleton that works as it is: a scenario that can be run, an operation that compiles and can stand in
scenarios, a series that a kernel of lab.yaml can name, with the patches given. Nothing that is there is overwritten."""

import argparse
from pathlib import Path

NAME = "new"
HELP = "make a new scenario, operation or series to start from"
NEXT = {
    "scenario": "./lab run --scenario {name} --bound 1 --no-stress",
    "operation": "make c; then write {{op: {name}}} in a scenario (docs/add-a-scenario.md)",
    "series": "name it in lab.yaml as `series: {name}` (docs/kernels.md)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("kind", choices=tuple(NEXT))
    parser.add_argument("name", metavar="NAME", help="words with a dash between them, as read-write-hole")
    parser.add_argument(
        "patches", metavar="PATCH", type=Path, nargs="*", default=[], help="of a series: copied into it, in order"
    )
    parser.add_argument("--release", metavar="X.Y", default="6.1", help="of a series: the kernels it is for (6.1)")


def run(args: argparse.Namespace) -> int:
    """Makes it, and prints what was written."""
    from harness.progress import say
    from harness.skeleton.maker import Wanted, make

    for path in make(args.kind, Wanted(args.name, tuple(args.patches), args.release)):
        print(path)
    say(f"next: {NEXT[args.kind].format(name=args.name)}")
    return 0
