# SPDX-License-Identifier: GPL-2.0-only
"""Compares kernels: keys of lab.yaml, versions of a series (patches/SERIES@v1..v4), past runs (RUN or RUN:KERNEL). Each
is set against the first: windows that closed, opened, moved or stayed, coverage, complaints in the log, rates of random
races with a stated error, and cost. What was not swept is built and swept. Exit status: 0 same or better, 1 one of them
is worse than the first, 4 that is not known (docs/comparing.md)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness import options

if TYPE_CHECKING:
    from harness.compare.perform import Wish
    from harness.compare.sides import Side
    from harness.config.models import Lab
    from harness.config.scenario import Scenario

NAME = "compare"
HELP = "compare kernels, versions of a series, or past runs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument(
        "sides", nargs="+", metavar="KERNEL", help="kernel, SERIES@v1..v4, RUN, RUN:KERNEL; two or more"
    )
    options.scenarios(parser)
    options.bound(parser)
    parser.add_argument("--on", default="", metavar="KERNEL", help="kernel that versions are applied to")
    parser.add_argument("--races", type=int, default=2000, metavar="N", help="at most that many a scenario (2000)")
    options.no_stress(parser)
    parser.add_argument("--no-cost", action="store_true", help="do not measure what faults and syncs cost")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the order of the blocks of races")
    options.budget(parser)
    parser.add_argument("--fresh", action="store_true", help="sweep again what an earlier run swept")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")


def run(args: argparse.Namespace) -> int:
    """Compares, prints, and says where all of it is."""
    from harness import host

    wish = _wish(args)
    if wish.fresh or wish.races or wish.cost:
        host.ensure(args.no_install, ("build", "image", "guest"))
    from harness.compare.perform import compare
    from harness.compare.store import dump
    from harness.compare.text import render_comparison
    from harness.progress import say

    folder, comparison = compare(wish)
    print(dump(comparison) if args.json else render_comparison(comparison), end="")
    say(f"all of it: {folder}")
    return int(comparison.answer.status)


def _wish(args: argparse.Namespace) -> Wish:
    from harness import words
    from harness.compare.perform import Wish
    from harness.compare.sides import Words
    from harness.config import loader

    if args.races < 0:
        raise_negative(args.races)
    lab = loader.load_lab(args.config)
    sides = Words(lab, args.config, args.on).sides(args.sides)
    return Wish(
        _same_again(args), args.config, lab, sides, _scenarios(args, lab, sides),
        0 if args.no_stress else args.races, not args.no_cost, args.seed, words.budget(args.budget), not args.fresh,
    )  # fmt: skip


def raise_negative(races: int) -> None:
    """Raises BadInput."""
    from harness.errors import BadInput

    raise BadInput(f"--races: {races} is no number of races; --no-stress leaves them out")


def _scenarios(args: argparse.Namespace, lab: Lab, sides: tuple[Side, ...]) -> tuple[Scenario, ...]:
    """Those asked for; else those of the first past run, as it was swept; else those of lab.yaml."""
    from harness import words
    from harness.config import loader
    from harness.engine.experiment import bounded, scenario_named
    from harness.results.folder import RunFolder

    every = loader.load_scenarios()
    bounds = {each.name: each.bound for each in lab.scenarios if each.bound is not None}
    past = next((side.run for side in sides if side.run), None)
    if past:
        bounds = {each.name: each.bound for each in RunFolder(past).load().plan.scenarios if each.name in every}
    names = words.names(args.scenario, "--scenario") or tuple(bounds if past else bounds or sorted(every))
    return tuple(bounded(scenario_named(name, every), bounds.get(name), args.bound) for name in dict.fromkeys(names))


def _same_again(args: argparse.Namespace) -> tuple[str, ...]:
    from harness import words
    from harness.engine.reproduce import Value, config_words, option_words

    stress: dict[str, Value] = {"no-stress": True} if args.no_stress else {"races": args.races, "seed": args.seed}
    options = option_words({
        "scenario": words.names(args.scenario, "--scenario"), "bound": args.bound, "on": args.on, **stress,
        "no-cost": args.no_cost, "fresh": args.fresh, "budget": args.budget,
    })  # fmt: skip
    return (*args.sides, *config_words(args.config), *options)
