# SPDX-License-Identifier: GPL-2.0-only
"""Builds the kernels with and without the patch, explores the interleavings of every scenario on both, and says
whether the patch does what it should. Exit status: 0 as expected, 1 the kernel failed, 2 wrong input, 3 the lab broke,
4 inconclusive."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from harness import options

if TYPE_CHECKING:
    from harness.engine.experiment import Choice
    from harness.engine.pairs import Pairs
    from harness.results.run import Run

NAME = "run"
HELP = "run the experiment and give a verdict"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    options.kernels(parser)
    parser.add_argument(
        "--tree", type=Path, metavar="DIR", help="a kernel tree as it is, with the patch; without it: its last commit"
    )
    options.scenarios(parser)
    parser.add_argument("--pick", action="store_true", help="only the scenarios that reach what the patches touch")
    options.bound(parser)
    options.prune(parser)
    options.both_wake_ups(parser)
    options.atomic_stops(parser)
    options.points(parser)
    options.budget(parser)
    options.no_stress(parser)
    parser.add_argument("--cost", action="store_true", help="also measure what faults and syncs cost on both kernels")
    parser.add_argument(
        "--all-pairs", nargs="?", const="base", metavar="PART[,PART]",
        help="instead: every pair of operations on one kernel (base, more, private, processes, 2M, triples, all)",
    )  # fmt: skip
    parser.add_argument("--kernel", metavar="KERNEL", help="with --all-pairs: the kernel (that of `with`)")
    parser.add_argument("--operations", metavar="OP[,OP]", help="with --all-pairs: pairs of these operations alone")
    parser.add_argument(
        "--prepare", metavar="STATE[,STATE]",
        help="with --all-pairs: on files that are so alone (written, synced, hole, read, unwritten)",
    )  # fmt: skip
    parser.add_argument("--filesystem", choices=("ext4", "xfs"), help="with --all-pairs: not that of the guest")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--reuse", action="store_true", help="take sweeps that an earlier run made of the same content")
    again.add_argument("--fresh", action="store_true", help="make every sweep again (the default)")
    parser.add_argument(
        "--keep-on-fail", action="store_true",
        help="after a FAIL: show its first failing schedule in a guest with SSH and gdb, and hold that until Ctrl-C",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="print the plan, make and qemu lines; run nothing")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")


def run(args: argparse.Namespace) -> int:
    """Runs the experiment."""
    from harness import host, words
    from harness.engine.experiment import resolve

    if args.dry_run:
        words.refuse(args, "prints the verdict, and a --dry-run has none", "json")
        words.refuse(args, "needs a verdict, and a --dry-run has none", "keep_on_fail")
    if args.all_pairs is not None:
        return _all_pairs(args)
    words.refuse(args, "needs --all-pairs", "kernel", "operations", "prepare", "filesystem")
    experiment = resolve(_choice(args))
    if args.dry_run:
        from harness.engine.dryrun import describe

        print(describe(experiment))
        return 0
    host.ensure(args.no_install, ("build", "image", "guest"))
    from harness.engine.run import Manner, perform
    from harness.progress import say

    folder, done = perform(experiment, Manner(tell=lambda _folder, run: _print(run, as_json=args.json)))
    assert done.verdict is not None
    say(f"all of it: {folder.path} (`./lab report {folder.number}`)")
    if args.keep_on_fail:
        from harness.engine.kept import hold_first

        hold_first(folder, done, experiment.lab.guest("sweep"), say if args.json else print)
    return int(done.verdict.status)


def _print(done: Run, as_json: bool) -> None:
    from harness.report.terminal import render_terminal
    from harness.results.store import dump_verdict

    assert done.verdict is not None
    print(dump_verdict(done.verdict) if as_json else render_terminal(done), flush=True)


def _choice(args: argparse.Namespace) -> Choice:
    from harness import words
    from harness.engine.experiment import Choice

    budget, names = words.budget(args.budget), words.names(args.scenario, "--scenario")
    return Choice(
        args.config, args.without, args.with_, names, args.bound, budget, args.points,
        stress=not args.no_stress, pick=args.pick, prune=args.prune, sample=_sample(args),
        tree=args.tree, both_wake_ups=args.both_wake_ups, reuse=args.reuse, cost=args.cost,
        atomic_stops=args.atomic_stops,
    )  # fmt: skip


def _sample(args: argparse.Namespace) -> int:
    from harness import words

    if not args.prune:
        words.refuse(args, "is of the schedules that --prune leaves out: give --prune too", "sample")
    return words.whole(args.sample, "--sample", 1) or 0


def _all_pairs(args: argparse.Namespace) -> int:
    """Every pair of operations; the status is 0 if all agree or differ in known ways only."""
    from harness import host

    pairs = _pairs(args)
    if args.dry_run:
        from harness.engine.dryrun import describe

        print(describe(pairs.experiment, pairs.batches))
        return 0
    host.ensure(args.no_install, ("build", "image", "guest"))
    from harness.engine.pairs import FILE, perform_pairs
    from harness.progress import say
    from harness.report.pairs import render_pairs

    folder, done, filing = perform_pairs(pairs)
    assert done.verdict is not None
    text = (folder.path / FILE).read_text() if args.json else render_pairs(filing, done.verdict, done.reproduce)
    print(text, end="")
    say(f"all of it: {folder.path} (`./lab report {folder.number}`)")
    return int(done.verdict.status)


def _pairs(args: argparse.Namespace) -> Pairs:
    from harness import words
    from harness.config.operations import operations
    from harness.config.pairs import parts_of
    from harness.config.problems import choice
    from harness.engine.pairs import PairsChoice, resolve_pairs
    from harness.errors import BadInput

    words.refuse(args, "does not go with --all-pairs, which runs one kernel: --kernel names it", "without", "with_",
                 "tree")  # fmt: skip
    words.refuse(args, "does not go with --all-pairs: pairs are made from the operations", "scenario")
    words.refuse(args, "does not go with --all-pairs: every pair is run", "pick", "keep_on_fail")
    words.refuse(args, "does not go with --all-pairs", "both_wake_ups", "atomic_stops", "cost")
    ops = words.names([] if args.operations is None else [args.operations], "--operations")
    for name in ops:
        if name not in operations():
            raise BadInput(f"--operations: the racer has no operation `{name}`{choice(name, operations())}")
    parts, budget = parts_of(args.all_pairs), words.budget(args.budget)
    return resolve_pairs(PairsChoice(
        args.config, parts, args.kernel, ops, budget, args.points, args.filesystem, args.prune, _sample(args),
        1 if args.bound is None else args.bound, _prepares(args), args.reuse,
    ))  # fmt: skip


def _prepares(args: argparse.Namespace) -> tuple[str, ...]:
    from harness import words
    from harness.config.pairs import PREPARES
    from harness.errors import BadInput

    names = words.names([] if args.prepare is None else [args.prepare], "--prepare")
    for name in names:
        if name not in PREPARES:
            raise BadInput(f"--prepare: pairs are on files that are {', '.join(PREPARES)}; `{name}` is none of these")
    return names
