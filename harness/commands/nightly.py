# SPDX-License-Identifier: GPL-2.0-only
"""Fetches, builds, and runs the experiment where anything is new; compares with the last good night and reports only
what changed. Sweeps whose content was swept before are taken from the history. Exit status: 0 nothing got worse,
1 the kernel got worse, 2 wrong input, 3 the lab broke or lost its power, 4 something is not shown any more."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness import options

if TYPE_CHECKING:
    from harness.engine.experiment import Choice

NAME = "nightly"
HELP = "run what is new and report what changed since the last good night"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    options.kernels(parser)
    options.scenarios(parser)
    options.bound(parser)
    options.prune(parser)
    options.budget(parser)
    options.no_stress(parser)
    parser.add_argument(
        "--mutants", action="store_true",
        help="make the kill matrix too: each mutant in the scenarios that kill it (docs/mutants.md)",
    )  # fmt: skip
    parser.add_argument("--fresh", action="store_true", help="run all, also what ran before, and take no earlier sweep")
    parser.add_argument(
        "--format", choices=("text", "markdown", "json", "github"), default="text", help="how to print what changed"
    )


def run(args: argparse.Namespace) -> int:
    """Does a night."""
    from harness import host
    from harness.engine.experiment import resolve
    from harness.nightly.night import Wanted, perform_night
    from harness.nightly.report import render
    from harness.progress import say
    from harness.results.files import write_whole

    experiment = resolve(_choice(args))
    host.ensure(args.no_install, ("build", "image", "guest"))
    outcome = perform_night(Wanted(experiment, args.fresh, args.mutants))
    print(render(outcome, args.format), end="")
    if outcome.folder:
        for name, form in (("nightly.json", "json"), ("nightly.md", "markdown")):
            write_whole(outcome.folder.path / name, render(outcome, form))
        say(f"all of it: {outcome.folder.path} (`./lab report {outcome.folder.number}`)")
    return int(outcome.status)


def _choice(args: argparse.Namespace) -> Choice:
    from harness import words
    from harness.engine.experiment import Choice

    if not args.prune:
        words.refuse(args, "needs --prune: without it every schedule is run", "sample")
    return Choice(
        args.config, args.without, args.with_, words.names(args.scenario, "--scenario"), args.bound,
        words.budget(args.budget), stress=not args.no_stress, prune=args.prune,
        sample=words.whole(args.sample, "--sample", 1) or 0, reuse=not args.fresh,
    )  # fmt: skip
