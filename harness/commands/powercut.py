# SPDX-License-Identifier: GPL-2.0-only
"""Cuts the power at chosen moments of chosen schedules, boots the kernel on what the media then held, and checks that
the file system is sound and that nothing is lost that an fsync promised (docs/power-cuts.md). Exit status: 0 nothing
is, 1 the kernel failed, 2 wrong input, 3 the lab broke, 4 inconclusive."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness import options

if TYPE_CHECKING:
    from harness.powercut.run import Wish

NAME = "powercut"
HELP = "cut the power after each fsync, reboot, and look"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--kernel", default="", metavar="NAME", help="a kernel of lab.yaml (the one `with` the patch)")
    options.scenarios(parser)
    parser.add_argument("--schedule", default="", metavar="SCHEDULE", help="this one alone, as reports print it")
    options.bound(parser, "at most that many stops a schedule (1)")
    parser.add_argument("--sample", type=int, metavar="N", help="of the schedules with a stop, cut N (2)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="draws those N, and the pending lines")
    options.budget(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Does it."""
    from harness import host

    wish = _wish(args)
    host.ensure(args.no_install, ("build", "image", "guest"))
    from harness.powercut.report import render
    from harness.powercut.result import dump
    from harness.powercut.run import perform
    from harness.progress import say

    folder, done = perform(wish)
    print(dump(done) if args.json else render(done))
    say(f"all of it: {folder.path}")
    return int(done.word.status)


def _wish(args: argparse.Namespace) -> Wish:
    from harness import words
    from harness.powercut.run import Wish

    if args.schedule:
        words.refuse(args, "has no effect on the one schedule that --schedule names", "bound", "sample")
    bound, sample = 1 if args.bound is None else args.bound, words.whole(args.sample, "--sample", 0)
    names, budget = words.names(args.scenario, "--scenario"), words.budget(args.budget)
    sample = 2 if sample is None else sample
    return Wish(args.config, args.kernel, names, args.schedule, bound, sample, args.seed, budget)
