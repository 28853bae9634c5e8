# SPDX-License-Identifier: GPL-2.0-only
"""What every form of the report says in the same words: counts, the schedule to show, lines to type."""

import shlex
from collections import Counter
from collections.abc import Iterable
from errno import errorcode

from harness.report.interleaving import Drawer, Interleaving
from harness.results.run import Run
from harness.sweep.records import Kind, Outcome, SweepResult
from harness.sweep.window import Window, needs_no_race, windows


def per_bound(result: SweepResult) -> str:
    """Failing of run schedules, by number of stops: ``"c=0 0/2, c=1 24/42"``."""
    return ", ".join(
        f"c={bound} {result.failing.get(bound, 0)}/{run}" for bound, run in sorted(result.schedules.items())
    )


def kinds(result: SweepResult) -> Counter[Kind]:
    """Failing schedules by kind of violation; one schedule may count for several."""
    return Counter(kind for outcome in result.outcomes for kind in {each.kind for each in outcome.violations})


def told(outcome: Outcome) -> list[str]:
    """Its violations, a sentence each: ``"tags: index 0: ... (2 times)"``. What concerns no single actor has "-" as
    its actor in the guest's records."""
    counted = Counter(f"{each.kind}: {each.detail.removeprefix('-: ')}" for each in outcome.violations)
    return [f"{sentence} ({times} times)" if times > 1 else sentence for sentence, times in counted.items()]


def actor_errors(outcomes: Iterable[Outcome]) -> dict[int, Counter[str]]:
    """What went wrong for each actor, over the failing schedules: ``{0: {"SIGBUS": 24, "-EIO": 3}}``."""
    found: dict[int, Counter[str]] = {}
    for end in (end for outcome in outcomes for end in outcome.ends):
        counts = found.setdefault(end.actor, Counter())
        if end.sigbus:
            counts["SIGBUS"] += 1
        if end.errno:
            counts[f"-{errorcode.get(abs(end.errno), abs(end.errno))}"] += 1
        if end.ended.value not in ("finished", "not-run"):
            counts[end.ended.value] += 1
    return {actor: found[actor] for actor in sorted(found) if +found[actor]}


def actor_line(outcomes: Iterable[Outcome]) -> str:
    """The same as text: ``"A: 24 SIGBUS, 3 -EIO; B: 2 blocked"``."""
    counted = actor_errors(outcomes)
    return "; ".join(
        f"{'ABCD'[actor]}: {', '.join(f'{number} {what}' for what, number in sorted(counts.items()))}"
        for actor, counts in counted.items()
    )


def result_windows(run: Run, result: SweepResult) -> tuple[Window, ...]:
    """The windows of one sweep with its kernel's source lines."""
    return windows(result, run.points.get(result.kernel, ()))


def window_lines(run: Run, result: SweepResult) -> list[str]:
    """Windows and what needs no race, a line each: ``"c=1, AB, A stopped: fs/dax.c:1637 to 889, ... (sigbus)"``."""
    raceless = dict.fromkeys(each.kind for outcome in needs_no_race(result) for each in outcome.violations)
    lines = [f"c=0: {', '.join(raceless)}: needs no race"] if raceless else []
    for window in result_windows(run, result):
        order = "".join("ABCD"[actor] for actor in window.order)
        kinds_told = ", ".join(window.kinds)
        lines.append(f"c={window.bound}, {order}, {'ABCD'[window.actor]} stopped: {window} ({kinds_told})")
    return lines


def shown_outcome(result: SweepResult) -> Outcome | None:
    """The failing schedule that explains most: of those with a trace the first with the fewest stops."""
    traced = [each for each in result.outcomes if each.trace] or list(result.outcomes)
    return min(traced, key=lambda each: len(each.schedule.stops), default=None)


def shown_result(run: Run, scenario: str) -> SweepResult | None:
    """The sweep to draw for a scenario: that of ``with`` if it fails, else that of ``without``."""
    sides = [kernel for side in ("with", "without") for kernel in run.kernels if kernel.side == side]
    results = (run.result(scenario, kernel.name) for kernel in sides)
    return next((result for result in results if result and result.outcomes and not result.broken), None)


def drawer(run: Run, result: SweepResult, rows_a_run: int = 10) -> Drawer:
    """What draws outcomes of one sweep, with source lines where the kernel kept them."""
    plan = run.scenario(result.scenario)
    first = result.outcomes[0].ends if result.outcomes else ()
    actors = plan.actors if plan else tuple("?" for _ in first)
    kernel = next((each for each in run.kernels if each.name == result.kernel), None)
    return Drawer(run.points.get(result.kernel, ()), actors, kernel.lines if kernel else None, rows_a_run)


def diagram(run: Run, result: SweepResult, outcome: Outcome, rows_a_run: int = 10) -> Interleaving:
    """The interleaving of one outcome."""
    return drawer(run, result, rows_a_run).draw(outcome)


def replay_line(run: Run, result: SweepResult, outcome: Outcome) -> str:
    """What to type to run one schedule again."""
    schedule = shlex.quote(str(outcome.schedule))
    return f"./lab replay {run.number} {schedule} --scenario {result.scenario} --kernel {shlex.quote(result.kernel)}"


def bounds_sentence(result: SweepResult) -> str:
    """Coverage in words: ``"26 stopped at, 0 missed, 3 beyond the bound, 2 atomic, 1 refused, 7 never reached"``."""
    cover = result.coverage
    return (
        f"{len(cover.stopped)} stopped at, {len(cover.reached)} missed, {len(cover.beyond)} beyond the bound, "
        f"{len(cover.atomic)} atomic, {len(cover.refused)} refused, {len(cover.never)} never reached{_atomic(result)}"
    )


def _atomic(result: SweepResult) -> str:
    told = atomic_line(result)
    return f"; {told}" if told else ""


def atomic_line(result: SweepResult) -> str:
    """Stops in atomic sections, "" where there are none:
    ``"in atomic sections 57 schedules at 31 points tested, 12 given up, at 3 more points"``.
    """
    within, given_up = result.within, len(result.given_up)
    if not within and not given_up:
        return ""
    cover = result.coverage
    more = f", at {len(cover.given_up)} more points" if cover.given_up else ""
    lost = f", {given_up} given up{more}" if given_up else ""
    return f"in atomic sections {within} schedules at {len(cover.within)} points tested{lost}"
