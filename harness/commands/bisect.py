# SPDX-License-Identifier: GPL-2.0-only
"""Finds the commit that brought a failure. Each commit is built in place and swept with the scenario that shows the
bug, at points found anew; the next one is that which is expected to tell most for a second of building and sweeping.
The same command goes on where a killed one was. Exit status: 0 the commit is found, 2 wrong input or ends, 3 the lab
broke, 4 several commits are left."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness import options

if TYPE_CHECKING:
    from harness.bisect.asked import Joined
    from harness.deadline import Deadline

NAME = "bisect"
HELP = "find the commit that brought a failure"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--good", metavar="COMMIT", help="an ancestor of the bad one that does not fail")
    parser.add_argument("--bad", metavar="COMMIT", help="a commit that fails")
    parser.add_argument("--scenario", metavar="NAME", required=True, help="the scenario that shows the bug")
    parser.add_argument("--git", type=Path, metavar="DIR", help="the clone; default: the git source of the base kernel")
    parser.add_argument("--series", metavar="NAME", help="instead: which patch of patches/NAME brings the failure")
    parser.add_argument("--base", metavar="KERNEL", help="kernel whose config and compiler are used (default: `with`)")
    options.bound(parser, "stops a schedule (default 1)", default=1)
    parser.add_argument("--unit", action="append", default=[], metavar="FILE", help="C file with points (lab.yaml's)")
    parser.add_argument("--stress", type=int, metavar="RACES", help="by so many random races a test, not by sweeps")
    parser.add_argument("--confidence", type=float, default=0.95, help="with --stress: when to stop (default 0.95)")
    options.budget(parser, "end in that time; the same command goes on later")


def run(args: argparse.Namespace) -> int:
    """Runs the bisect."""
    from harness import host, words
    from harness.bisect.asked import Asked, joined
    from harness.deadline import Deadline

    host.ensure(args.no_install, ("build", "image", "guest"))
    deadline = Deadline.after(words.budget(args.budget))
    asked = Asked(args.config, args.good, args.bad, args.git, args.series, args.base, args.scenario, args.bound,
                  words.names(args.unit, "--unit"))  # fmt: skip
    made = joined(asked, deadline)
    return _stress(args, made, deadline) if args.stress else _sweep(made, deadline)


def _sweep(made: Joined, deadline: Deadline) -> int:
    from harness.bisect.bisection import Bisection
    from harness.bisect.report import render
    from harness.bisect.state import LOG, begun
    from harness.bisect.tester import Tester
    from harness.progress import say

    folder, state = begun(made.question)
    if state.tested:
        say(f"going on with {folder}, {len(state.tested)} tests are done")
    tester = Tester(made.commits, made.scenario, made.units, made.guest, folder / "guests", deadline, made.floor)
    bisection = Bisection(made.commits, made.good, tester.test, folder, state, deadline, replayable=made.is_git)
    done = bisection.run()
    print(render(done, made.commits))
    say(f"all of it: {folder}" + (f"; `git bisect replay {folder / LOG}`" if made.is_git else ""))
    return 0 if done.over and len(done.found) == 1 else 4


def _stress(args: argparse.Namespace, made: Joined, deadline: Deadline) -> int:
    from harness.bisect.by_stress import ByStress, told
    from harness.bisect.racing import Racer
    from harness.bisect.state import begun
    from harness.progress import say

    folder, state = begun({**made.question, "stress": str(args.stress)})
    if state.raced:
        say(f"going on with {folder}, {len(state.raced)} tests are done")
    racer = Racer(made.commits, made.scenario, made.stress, folder / "guests", args.stress, deadline)
    done, probability = ByStress(made.commits, racer.observe, folder, state, deadline, args.confidence).run()
    print(told(done, made.commits, probability, args.stress))
    say(f"all of it: {folder}")
    return 0 if probability >= args.confidence and len(done.found) == 1 else 4
