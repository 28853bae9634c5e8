# SPDX-License-Identifier: GPL-2.0-only
"""Whether a pruned sweep says the same as the whole one: each failing schedule that was left out has its equal."""

from dataclasses import replace

from harness.sweep.records import Kind, Outcome, Schedule, Step, Stop, SweepResult

MOVES_MAX = 200  # a stop moves on by one point at a time


def disagreements(whole: SweepResult, pruned: SweepResult) -> tuple[str, ...]:
    """One sentence for each failing schedule of ``whole`` whose equal in ``pruned`` did not run, or showed other kinds.

    The equal of a schedule is found by moving its stops on to the actor's next point until it is one that was run. Its
    traces are needed: results of schedules that failed.
    """
    ran = {**dict.fromkeys(pruned.passing, frozenset[Kind]()), **{str(o.schedule): _kinds(o) for o in pruned.outcomes}}
    return tuple(said for outcome in whole.outcomes if (said := _disagreement(outcome, ran)))


def _disagreement(outcome: Outcome, ran: dict[str, frozenset[Kind]]) -> str:
    equal = equal_of(outcome, set(ran))
    if equal is None:
        return f"{outcome.schedule} fails ({_named(_kinds(outcome))}), and no equal of it was run"
    found = ran[str(equal)]
    if found == _kinds(outcome):
        return ""
    return f"{outcome.schedule} shows {_named(_kinds(outcome))}, its equal {equal} shows {_named(found)}"


def equal_of(outcome: Outcome, ran: set[str]) -> Schedule | None:
    """The schedule itself if it was run, else the first that was when its stops move on; None if there is none."""
    last = [outcome.schedule]
    for _move in range(MOVES_MAX):
        for schedule in last:
            if str(schedule) in ran:
                return schedule
        last = list(dict.fromkeys(moved for schedule in last for moved in _moved(schedule, outcome.trace)))
        if not last:
            return None
    return None


def _moved(schedule: Schedule, trace: tuple[Step, ...]) -> list[Schedule]:
    """The schedule with each one of its stops in turn at the actor's next point."""
    found = []
    for number, stop in enumerate(schedule.stops):
        further = _next(stop, trace)
        if further:
            found.append(replace(schedule, stops=(*schedule.stops[:number], further, *schedule.stops[number + 1 :])))
    return found


def _next(stop: Stop, trace: tuple[Step, ...]) -> Stop | None:
    own = [step for step in trace if step.actor == stop.actor]
    places = [number for number, step in enumerate(own) if _stop(step) == replace(stop, first=False)]
    further = next((step for step in own[places[-1] + 1 :]), None) if places else None
    return replace(_stop(further), first=stop.first) if further else None


def _stop(step: Step) -> Stop:
    return Stop(step.actor, step.function, step.offset, step.visit)


def _kinds(outcome: Outcome) -> frozenset[Kind]:
    return frozenset(violation.kind for violation in outcome.violations)


def _named(kinds: frozenset[Kind]) -> str:
    return ", ".join(sorted(kinds)) or "nothing"
