# SPDX-License-Identifier: GPL-2.0-only
"""Whether two sweeps set out to try the same: what only one of them tried, no answer may rest on."""

from collections.abc import Iterator

from harness.compare.seen import Seen
from harness.results.run import Plan, ScenarioPlan


def beyond(scenario: str, seen: Seen, other: Seen) -> str:
    """What ``seen`` was swept for and ``other`` was not, in words; "" where ``other`` was swept for all of it."""
    one, two = seen.run.plan, other.run.plan
    scenarios = seen.run.scenario(scenario), other.run.scenario(scenario)
    more = [*_points(one, two), *_functions(seen, other), *_scenario(*scenarios)]
    return f"{other.label} was not swept as {seen.label} was ({'; '.join(more)})" if more else ""


def _points(one: Plan, two: Plan) -> Iterator[str]:
    if one.granularity == "instructions" != two.granularity:
        yield "with stops at every instruction"
    if units := sorted(set(one.units) - set(two.units)):
        yield f"with points of {', '.join(units)}"
    if one.both_wake_ups and not two.both_wake_ups:
        yield "with both orders of a wake-up"
    if one.atomic_stops and not two.atomic_stops:
        yield "with stops in atomic sections"
    if one.loop_cap > two.loop_cap:
        yield f"at the first {one.loop_cap} visits of a point"


def _functions(seen: Seen, other: Seen) -> Iterator[str]:
    """`lab try` has points in some functions alone; in which was not always kept."""
    mine, its = (each.run.plan.functions.get(each.kernel.name) for each in (seen, other))
    one, two = ((each.run.reproduce, each.run.plan) for each in (seen, other))
    if one == two or (its is None and not other.run.is_trial):
        return
    if mine is None or set(mine) - set(its or ()):
        yield "with points in functions that a `lab try` left out"


def _scenario(one: ScenarioPlan | None, two: ScenarioPlan | None) -> Iterator[str]:
    """A scenario that was edited is another one. Runs of before these were kept have "" for some of them."""
    if one is None or two is None:
        return
    if one.actors != two.actors:
        yield f"as {', '.join(one.actors)}"
    for mine, its, told in (
        (one.prepare, two.prepare, f"on a file that is {one.prepare}"),
        (one.filesystem, two.filesystem, f"on {one.filesystem}"),
        (one.job, two.job, "with the scenario as it was then"),
    ):
        if mine and its and mine != its:
            yield told
