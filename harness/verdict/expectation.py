# SPDX-License-Identifier: GPL-2.0-only
"""Whether a kernel fails as its series says it must: in these kinds, with a stop in one of these functions."""

from collections.abc import Iterable, Mapping

from harness.config.series import Expectation
from harness.points.point import Point
from harness.results.run import Run
from harness.sweep.records import Kind, Outcome
from harness.verdict.failures import Failures


def lacking(run: Run, scenario: str, kernel: str, expected: Expectation, found: Failures) -> list[str]:
    """What of the expectation did not show, as sentences; [] if all of it did.

    Without a sweep only the kinds can be asked for: random races have no place.
    """
    result = run.result(scenario, kernel)
    if not result:
        return [_none(kind) for kind in expected.fails if kind not in found.stress]
    if result.bound < expected.bound:
        return [f"it is expected to fail with {expected.bound} stops and was swept to {result.bound} only"]
    points = {(each.function, each.offset): each for each in run.points.get(kernel, ())}
    sentences = [_lack(kind, found.sweep.get(kind, ()), expected, points) for kind in expected.fails]
    return [sentence for sentence in sentences if sentence]


def _lack(
    kind: Kind, outcomes: Iterable[Outcome], expected: Expectation, points: Mapping[tuple[str, int], Point]
) -> str:
    outcomes = list(outcomes)
    if not outcomes:
        return _none(kind)
    if expected.bound and not any(outcome.schedule.stops for outcome in outcomes):
        return f"{kind} needs no race, though it was expected to need one"
    places = set().union(*(functions_of(outcome, points) for outcome in outcomes))
    if expected.within and not places & set(expected.within):
        return f"{kind} shows, but not within {' or '.join(expected.within)}: its stops lie in {_names(places)}"
    return ""


def _none(kind: Kind) -> str:
    return f"the expected {kind} did not show"


def functions_of(outcome: Outcome, points: Mapping[tuple[str, int], Point]) -> set[str]:
    """The functions a schedule's stops lie in: the ELF symbols without suffixes as .constprop.0, and inlined ones."""
    names: set[str] = set()
    for stop in outcome.schedule.stops:
        names |= {stop.function, stop.function.split(".")[0]}
        point = points.get((stop.function, stop.offset))
        names |= {frame.function for frame in point.frames} if point else set()
    return names


def _names(places: set[str]) -> str:
    names = sorted(places)
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "") if names else "no function"
