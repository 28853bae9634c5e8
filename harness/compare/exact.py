# SPDX-License-Identifier: GPL-2.0-only
"""The exact part of a comparison: by scenario what two sweeps say of each other, and what the logs do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from harness.compare.alike import beyond
from harness.compare.lines import LineMap
from harness.compare.seen import Place, Seen, place_of
from harness.compare.windows import WindowChange, window_changes
from harness.counted import counted
from harness.results.run import GuestFinding
from harness.sweep.records import Kind, SweepResult
from harness.verdict import sentences
from harness.verdict.gaps import sweep_gaps, timed_out

Word = Literal["fixed", "better", "same", "regressed", "unknown"]


@dataclass(frozen=True)
class Span:
    """Lines of which something is said, as ``fs/dax.c:985`` and the function they lie in."""

    function: str
    where: str


@dataclass(frozen=True)
class ScenarioChange:
    """One scenario on two kernels.

    ``failing`` and ``schedules`` are (before, after); ``new`` and ``gone`` are kinds of violation that the other kernel
    is known not to show. ``lost`` and ``gained`` are lines that one of the two was stopped at and the other, which has
    them, was not.
    """

    scenario: str
    word: Word
    why: str
    bound: int  # that both were swept to
    failing: tuple[int, int] = (0, 0)
    schedules: tuple[int, int] = (0, 0)
    windows: tuple[WindowChange, ...] = ()
    new: tuple[Kind, ...] = ()
    gone: tuple[Kind, ...] = ()
    lost: tuple[Span, ...] = ()
    gained: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Signature:
    """One sort of complaint in the log, and the scenarios it came in."""

    signature: str
    title: str
    kind: Kind
    scenarios: tuple[str, ...]


def scenario_change(scenario: str, before: Seen, after: Seen, lines: LineMap) -> ScenarioChange:
    """What the sweeps of one scenario say. Without one of them, or with one that says nothing, it is unknown."""
    one, two = before.result(scenario), after.result(scenario)
    if one is None or two is None:
        missing = before.label if one is None else after.label
        return ScenarioChange(scenario, "unknown", f"{missing} was not swept", 0)
    bound = min(one.bound, two.bound)
    windows = window_changes(scenario, before, after, lines)
    kinds = [_kinds(each, bound) for each in (one, two)]
    new, gone = (tuple(kind for kind in Kind if kind in each) for each in (kinds[1] - kinds[0], kinds[0] - kinds[1]))
    word, why = _word(before, after, one, two, windows, new)
    told_new = () if unknowable(before, after, one) or two.broken else new
    told_gone = () if unknowable(after, before, two) or one.broken else gone
    return ScenarioChange(
        scenario, word, why, bound, (_failing(one, bound), _failing(two, bound)),
        (_run(one, bound), _run(two, bound)), windows, told_new, told_gone, *_coverage(before, after, one, two, lines),
    )  # fmt: skip


def _word(
    before: Seen, after: Seen, one: SweepResult, two: SweepResult, windows: tuple[WindowChange, ...],
    new: tuple[Kind, ...],
) -> tuple[Word, str]:  # fmt: skip
    """Evidence first: what a sound sweep has shown stays, whatever else it left undone. That it is new takes a whole
    sweep of the other kernel."""
    opened = [each for each in windows if each.change == "opened"]
    if (new or opened) and not two.broken:
        if blind := unknowable(before, after, one):
            told = f"shows {', '.join(new)}" if new else "fails elsewhere"
            return "unknown", f"{after.label} {told}, but {blind}"
        shown = f"shows {', '.join(new)}, which {before.label} does not" if new else counted(len(opened), "new window")
        return "regressed", shown
    for seen, result in ((before, one), (after, two)):
        if undone := _undone(seen, result):
            return "unknown", f"{seen.label}: {undone}"
    if apart := beyond(one.scenario, before, after):
        return "unknown", apart
    return _sound(one, two, windows, after)


def unknowable(before: Seen, after: Seen, result: SweepResult) -> str:
    """Why ``result`` of ``before`` cannot tell that what ``after`` shows is new; "" where it can."""
    undone = _undone(before, result)
    return f"{before.label}: {undone}" if undone else beyond(result.scenario, after, before)


def _sound(one: SweepResult, two: SweepResult, windows: tuple[WindowChange, ...], after: Seen) -> tuple[Word, str]:
    """Both were swept whole, and nothing is new."""
    closed = [each for each in windows if each.change in ("closed", "removed")]
    bound = min(one.bound, two.bound)
    if not _failing(one, bound) and not _failing(two, bound):
        return "same", f"silent on both: {sentences.scope([two], after.run.plan)}"
    if _failing(two, bound):
        return ("better", counted(len(closed), "window") + " closed") if closed else ("same", "fails as before")
    unreached = [each for each in windows if each.change in ("not reached", "fails")]
    if unreached:
        return "unknown", f"silent, but the code of {unreached[0].before} was not reached"
    return "fixed", f"silent: {sentences.scope([two], after.run.plan)}"


def _undone(seen: Seen, result: SweepResult) -> str:
    if result.broken:
        return f"broken, {result.broken}"
    if late := timed_out(result):
        return late
    planned = seen.run.scenario(result.scenario)
    return "; ".join(sweep_gaps(result, planned, seen.kernel, seen.run.plan)) if planned else "it was not planned"


def _kinds(result: SweepResult, bound: int) -> set[Kind]:
    outcomes = [each for each in result.outcomes if len(each.schedule.stops) <= bound]
    return {violation.kind for outcome in outcomes for violation in outcome.violations}


def _failing(result: SweepResult, bound: int) -> int:
    return sum(count for stops, count in result.failing.items() if stops <= bound)


def _run(result: SweepResult, bound: int) -> int:
    return sum(count for stops, count in result.schedules.items() if stops <= bound)


def _coverage(
    before: Seen, after: Seen, one: SweepResult, two: SweepResult, lines: LineMap
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Lines lost and gained: both kernels have them, one of them was stopped there.

    A line is where the actor is: a longer way past a point counts on neither side.
    """
    olds = {_moved(place, lines): place for place in map(place_of, before.points)}
    news = {place_of(point) for point in after.points}
    was = {_moved(place, lines) for place in _stopped(before, one)}
    now = _stopped(after, two)
    both = olds.keys() & news
    return _spans((was - now) & both), _spans((now - was) & both)


def _moved(place: Place, lines: LineMap) -> Place:
    function, file, number = place
    return function, file, (lines.line(file, number) or 0) if file else 0


def _stopped(seen: Seen, result: SweepResult) -> set[Place]:
    return {place_of(point) for point in seen.points if point.index in result.coverage.stopped}


def _spans(places: set[Place]) -> tuple[Span, ...]:
    told = sorted(place for place in places if place[2])
    return tuple(Span(function, f"{file}:{number}") for function, file, number in told)


def signature_changes(before: Seen, after: Seen) -> tuple[tuple[Signature, ...], tuple[Signature, ...]]:
    """Complaints of the log, known issues aside, that are new, and those that are gone; over what both ran.

    New is only what came where ``before`` was looked at wholly, gone what came where ``after`` was.
    """
    common = {each.name for each in before.run.plan.scenarios} & {each.name for each in after.run.plan.scenarios}
    olds, news = (_signatures(seen.findings, common | {""}) for seen in (before, after))
    told_new = _signatures([each for each in after.findings if _looked_at(before, after, each)], common | {""})
    told_gone = _signatures([each for each in before.findings if _looked_at(after, before, each)], common | {""})
    new = tuple(each for name, each in sorted(told_new.items()) if name not in olds)
    gone = tuple(each for name, each in sorted(told_gone.items()) if name not in news)
    return new, gone


def _looked_at(one: Seen, other: Seen, found: GuestFinding) -> bool:
    """Whether ``one`` would have shown what ``other`` has ``found``. By races that is a matter of chance."""
    if one.kernel.state != "booted" or not found.scenario:
        return one.kernel.state == "booted"
    if found.mode == "stress":
        race = one.race(found.scenario)
        return race is not None and bool(race.races) and not race.broken
    result = one.result(found.scenario)
    return result is not None and not unknowable(one, other, result)


def _signatures(findings: Iterable[GuestFinding], scenarios: set[str]) -> dict[str, Signature]:
    found: dict[str, Signature] = {}
    for each in findings:
        if each.scenario not in scenarios or each.finding.known:
            continue
        finding = each.finding
        held = found.get(finding.signature)
        names = {*(held.scenarios if held else ()), *([each.scenario] if each.scenario else [])}
        found[finding.signature] = Signature(finding.signature, finding.title, finding.kind, tuple(sorted(names)))
    return found
