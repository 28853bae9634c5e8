# SPDX-License-Identifier: GPL-2.0-only
"""Tries a patch, a range of commits or a revert, anywhere in the kernel: builds the kernels without and with it, finds
the scenarios that reach the changed lines, sweeps these at points of the touched functions and their callers, and
compares. Exit status: 0 nothing new fails, 1 the change brings a failure, 2 wrong input, 3 the lab broke, 4 nothing
reaches it or something is missing."""

import argparse
from pathlib import Path

from harness import options

NAME = "try"
HELP = "try any patch, range or revert where operations reach it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument(
        "change", metavar="CHANGE", help="FILE, FOLDER, mbox, BASE..TIP, revert:COMMIT[,COMMIT] or a message id"
    )
    parser.add_argument("--base", metavar="KERNEL", help="kernel to change, a key of `kernels` (default: `with`)")
    parser.add_argument("--git", type=Path, metavar="DIR", help="a clone: its HEAD is the base, its commits the range")
    options.scenarios(parser, "look at these alone")
    parser.add_argument("--fewest", action="store_true", help="leave out scenarios that reach nothing others do not")
    options.bound(parser, "stops a schedule (default 1)", default=1)
    options.points(parser)
    parser.add_argument("--filesystem", choices=("ext4", "xfs"), help="default: xfs for a change of fs/xfs/")
    parser.add_argument(
        "--unit", action="append", default=[], metavar="FILE", help="points of this C file too (default: lab.yaml's)"
    )
    options.budget(parser)
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")


def run(args: argparse.Namespace) -> int:
    """Runs the trial."""
    from harness import host, words
    from harness.trial.trial import TrialChoice, perform_trial, resolve_trial

    choice = TrialChoice(
        args.config, args.change, args.base, args.git, words.names(args.scenario, "--scenario"), args.bound,
        words.budget(args.budget), args.points, args.filesystem, args.fewest,
        words.names(args.unit, "--unit"),
    )  # fmt: skip
    trial = resolve_trial(choice)
    host.ensure(args.no_install, ("build", "image", "guest"))
    from harness.progress import say
    from harness.report.terminal import render_terminal
    from harness.results.store import dump_verdict

    folder, done = perform_trial(trial)
    assert done.verdict is not None
    print(dump_verdict(done.verdict) if args.json else render_terminal(done))
    say(f"all of it: {folder.path} (`./lab report {folder.number}`)")
    return int(done.verdict.status)
