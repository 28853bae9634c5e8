# SPDX-License-Identifier: GPL-2.0-only
"""For `git bisect run ./lab bisect-step --scenario S`: tests the checkout as it is, in a tree of the lab's own. Exit
status: 0 good, 1 bad, 125 it cannot be built, booted or checked or shows another bug, 128 and more the lab broke or the
input is wrong, which ends the bisect instead of turning it."""

import argparse
from pathlib import Path

from harness import options

NAME = "bisect-step"
HELP = "one step for `git bisect run`"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--scenario", metavar="NAME", required=True, help="the scenario that shows the bug")
    parser.add_argument("--git", type=Path, metavar="DIR", default=Path(), help="the checkout (default: here)")
    parser.add_argument("--kind", action="append", default=[], metavar="KIND[,KIND]", help="the bug's (default: any)")
    parser.add_argument("--base", metavar="KERNEL", help="kernel whose config and compiler are used (default: `with`)")
    options.bound(parser, "stops a schedule (default 1)", default=1)
    parser.add_argument("--unit", action="append", default=[], metavar="FILE", help="C file with points (lab.yaml's)")
    options.budget(parser, "end in that time, as a broken lab")


def run(args: argparse.Namespace) -> int:
    """Tests the checkout."""
    from harness import folders, host, words
    from harness.bisect.step import StepAsked, tested
    from harness.deadline import Deadline
    from harness.results.folder import RunFolder

    host.ensure(args.no_install, ("build", "image", "guest"))
    asked = StepAsked(args.config, args.scenario, args.git, words.names(args.kind, "--kind"), args.base, args.bound,
                      words.names(args.unit, "--unit"))  # fmt: skip
    folder = RunFolder.create(folders.runs() / "bisect").path
    done = tested(asked, folder, Deadline.after(words.budget(args.budget)))
    print(f"{done.outcome}: {done.detail}")
    return done.outcome.step_status
