# SPDX-License-Identifier: GPL-2.0-only
"""Runs the baseline, a test by chance as xfstests' holetest is one, and the sweep on the same kernels, and shows what
each finds. It measures, and judges no kernel. Exit status: 0 both ran on every kernel, 2 wrong input, 3 the lab broke,
4 the budget ended first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness import options

if TYPE_CHECKING:
    from harness.baseline.comparison import Wish

NAME = "baseline"
HELP = "what a test by chance finds, beside the sweep"
SCENARIOS = ("read-write-hole", "write-write-hole")  # what the baseline does as well: faults on a hole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--kernel", action="append", default=[], metavar="NAME[,NAME]", help="kernels of lab.yaml")
    parser.add_argument("--mutant", action="append", default=[], metavar="NAME[,NAME]", help="mutants of `with`")
    options.scenarios(parser, f"to sweep ({', '.join(SCENARIOS)})")
    options.bound(parser, "stops a schedule (1)")
    parser.add_argument("--rounds", type=int, metavar="N", help="files of 64 pages for the baseline (1000)")
    parser.add_argument("--threads", type=int, metavar="N", help="of the baseline, 2 to 16 (4)")
    options.budget(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Does it."""
    from harness import host, words

    wish, seconds = _wish(args), words.budget(args.budget)
    host.ensure(args.no_install, ("build", "image", "guest"))
    import json
    from dataclasses import asdict

    from harness import folders
    from harness.baseline.comparison import compare
    from harness.deadline import Deadline
    from harness.progress import say
    from harness.report.baseline import render_baseline
    from harness.results.files import write_whole
    from harness.results.folder import RunFolder

    folder = RunFolder.create(folders.runs() / "baseline").path
    compared = list(compare(wish, folder, Deadline.after(seconds)))
    text = json.dumps([asdict(each) for each in compared], indent=1) + "\n"
    write_whole(folder / "baseline.json", text)
    print(text if args.json else render_baseline(compared))
    say(f"all of it: {folder / 'baseline.json'}")
    if any(cell.broken for each in compared for cell in each.cells):
        return 3
    return 0 if len(compared) == len(wish.kernels) + len(wish.mutants) else 4


def _wish(args: argparse.Namespace) -> Wish:
    from harness import words
    from harness.baseline.comparison import Wish
    from harness.config import loader
    from harness.engine.experiment import scenario_named
    from harness.errors import BadInput
    from harness.mutants.corpus import chosen, load_mutants

    lab = loader.load_lab(args.config)
    mutants = words.names(args.mutant, "--mutant")
    kernels = words.names(args.kernel, "--kernel") or (
        () if mutants else (lab.experiment.without, lab.experiment.with_)
    )
    for name in kernels:
        loader.check_kernel(args.config, name, lab.kernels)
    threads = 4 if args.threads is None else args.threads
    if not 2 <= threads <= 16:
        raise BadInput(f"--threads: {args.threads} cannot be, take 2 to 16")
    every, bound = loader.load_scenarios(), 1 if args.bound is None else args.bound
    names = words.names(args.scenario, "--scenario") or SCENARIOS
    scenarios = [scenario_named(name, every) for name in names]
    return Wish(
        lab, kernels, tuple(chosen(load_mutants(), mutants)) if mutants else (), lab.experiment.with_,
        tuple(each.at_most(bound) for each in scenarios),
        words.whole(args.rounds, "--rounds", 1) or 1000, threads,
    )  # fmt: skip
