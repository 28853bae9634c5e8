# SPDX-License-Identifier: GPL-2.0-only
"""Builds the known-wrong kernels of patches/mutants one after the other, sweeps the scenarios on each, and says which
scenario kills which mutant, with how many stops and schedules. What was swept before comes from the cache. Exit status:
0 each mutant is killed or survives as its header says, 3 the lab broke or lost its power over a mutant, 4 the budget
ended first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness import options

if TYPE_CHECKING:
    from harness.deadline import Deadline
    from harness.mutants.matrix import Matrix
    from harness.mutants.scope import Corpus

NAME = "mutants"
HELP = "measure the lab's power on known-wrong kernels"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("--mutant", action="append", default=[], metavar="NAME[,NAME]", help="only these mutants")
    options.scenarios(parser)
    parser.add_argument("--base", metavar="KERNEL", help="kernel to patch, a key of `kernels` (default: `with`)")
    options.bound(parser, "stops a schedule (default 1)")
    parser.add_argument(
        "--shallow",
        action="store_true",
        help="do not sweep survivors again at the scenarios' own bounds; with --gain, not with one stop more",
    )
    options.prune(parser, sampled=False)
    options.both_wake_ups(parser)
    options.atomic_stops(parser)
    parser.add_argument(
        "--pick", action="store_true", help="a mutant with lines Killed-by only in those scenarios, not in all"
    )
    parser.add_argument(
        "--gain", action="store_true", help="no matrix: what pruning, both wake-ups and one stop more are good for"
    )
    parser.add_argument("--stress", type=int, metavar="RACES", help="random races of the killing scenarios")
    options.budget(parser)
    parser.add_argument("--fresh", action="store_true", help="take no cell from the cache")
    parser.add_argument("--list", action="store_true", help="list the mutants; run nothing")
    parser.add_argument("--json", action="store_true", help="print the matrix as JSON")
    parser.add_argument("--markdown", action="store_true", help="print it as Markdown tables")


def run(args: argparse.Namespace) -> int:
    """Runs the matrix."""
    from harness import host, words

    corpus, seconds = _corpus(args), words.budget(args.budget)
    if args.list:
        words.refuse(args, "has no effect on --list", "scenario", "base", "bound", "shallow", "stress", "budget",
                     "fresh", "json", "markdown", "pick", "gain", "prune")  # fmt: skip
        for mutant in corpus.mutants:
            print(f"{mutant.name}: {mutant.subject} (row {mutant.row})")
        return 0
    if args.gain:
        words.refuse(args, "has no effect on --gain", "bound", "stress", "both_wake_ups", "atomic_stops", "json",
                     "markdown", "pick", "fresh", "prune")  # fmt: skip
    host.ensure(args.no_install, ("build", "image", "guest"))
    from harness.deadline import Deadline
    from harness.mutants.runner import perform_matrix
    from harness.progress import say

    if args.gain:
        return _gain(corpus, Deadline.after(seconds))
    matrix, path = perform_matrix(corpus, Deadline.after(seconds))
    print(path.read_text() if args.json else _rendered(matrix, args.markdown))
    say(f"every cell: {path}")
    return _status(matrix, len(corpus.mutants))


def _gain(corpus: Corpus, deadline: Deadline) -> int:
    from harness.mutants.gain import perform_gain
    from harness.progress import say
    from harness.report.gain import render_gain

    gained, path = perform_gain(corpus, deadline)
    print(render_gain(gained))
    say(f"every sweep: {path}")
    if any(each.broken or each.disagree for each in gained):
        return 3
    return 4 if deadline.passed else 0


def _rendered(matrix: Matrix, markdown: bool) -> str:
    from harness.report.kill_matrix import render_kill_matrix
    from harness.report.kill_matrix_markdown import render_matrix_markdown

    return render_matrix_markdown(matrix) if markdown else render_kill_matrix(matrix)


def _corpus(args: argparse.Namespace) -> Corpus:
    from harness import words
    from harness.config import loader
    from harness.engine.experiment import scenario_named
    from harness.mutants.corpus import check_killers, chosen, load_mutants
    from harness.mutants.scope import Corpus

    lab = loader.load_lab(args.config)
    base = args.base or lab.experiment.with_
    loader.check_kernel(args.config, base, lab.kernels)
    every = loader.load_scenarios()
    mutants = load_mutants()
    check_killers(mutants.values(), every)
    wanted = chosen(mutants, words.names(args.mutant, "--mutant"))
    names = words.names(args.scenario, "--scenario") or tuple(every)
    stress = words.whole(args.stress, "--stress", 0) or 0
    return Corpus(
        lab, base, tuple(wanted), tuple(scenario_named(name, every) for name in names),
        1 if args.bound is None else args.bound, not args.shallow, stress, args.fresh, args.both_wake_ups, args.pick,
        args.atomic_stops, args.prune,
    )  # fmt: skip


def _status(matrix: Matrix, wanted: int) -> int:
    if any(row.wrong for row in matrix.rows):
        return 3
    return 4 if len(matrix.rows) < wanted else 0
