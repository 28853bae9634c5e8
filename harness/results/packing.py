# SPDX-License-Identifier: GPL-2.0-only
"""The compact form of outcomes in results.json: schedules as text, traces as numbers into a list of places.

A sweep of two stops leaves a thousand traces of hundreds of steps; one object a step would be a hundred megabytes, and
minutes of checking.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from harness.results.run import Run
from harness.sweep.records import Outcome, Schedule, Step, SweepResult

Json = dict[str, Any]
NUMBERS = 3  # a step: actor + 4 if stopped, place, visit


def without_traces(run: Run) -> Run:
    """``run`` with every trace empty."""
    return replace(run, results=tuple(_with_traces(each, [()] * len(each.outcomes)) for each in run.results))


def pack(plain: Json, run: Run) -> Json:
    """``plain`` (the run without traces, as JSON values) with schedules as text, traces packed and sets sorted."""
    pairs = zip(plain["results"], run.results, strict=True)
    return {**plain, "results": [_pack_result(one, result) for one, result in pairs]}


def unpack(plain: Json) -> Json:
    """The run without traces as JSON values. Raises KeyError, TypeError or ValueError for what pack() never gives."""
    return {**plain, "results": [_unpack_result(result) for result in plain["results"]]}


def attach(run: Run, plain: Json) -> Run:
    """``run`` with the traces of ``plain``. Raises IndexError, TypeError or ValueError for what pack() never gives."""
    pairs = zip(run.results, plain["results"], strict=True)
    return replace(run, results=tuple(_with_traces(result, _traces(packed)) for result, packed in pairs))


def _with_traces(result: SweepResult, traces: Sequence[tuple[Step, ...]]) -> SweepResult:
    pairs = zip(result.outcomes, traces, strict=True)
    return replace(result, outcomes=tuple(replace(outcome, trace=trace) for outcome, trace in pairs))


def _pack_result(plain: Json, result: SweepResult) -> Json:
    places: dict[tuple[str, int], int] = {}
    pairs = zip(plain["outcomes"], result.outcomes, strict=True)
    outcomes = [_pack_outcome(one, outcome, places) for one, outcome in pairs]
    cover = {key: sorted(value) if isinstance(value, list) else value for key, value in plain["coverage"].items()}
    return {**plain, "outcomes": outcomes, "places": [list(place) for place in places], "coverage": cover}


def _pack_outcome(plain: Json, outcome: Outcome, places: dict[tuple[str, int], int]) -> Json:
    trace: list[int] = []
    for step in outcome.trace:
        place = places.setdefault((step.function, step.offset), len(places))
        trace += (step.actor + 4 * step.stopped, place, step.visit)
    return {**plain, "schedule": str(outcome.schedule), "trace": trace}


def _unpack_result(result: Json) -> Json:
    result = dict(result)
    del result["places"]
    result["outcomes"] = [
        {**outcome, "schedule": _schedule(outcome["schedule"]), "trace": []} for outcome in result["outcomes"]
    ]
    return result


def _schedule(text: str) -> Json:
    schedule = Schedule.parse(text)
    return {"order": list(schedule.order), "stops": [asdict(stop) for stop in schedule.stops]}


def _traces(result: Json) -> list[tuple[Step, ...]]:
    places = [(str(function), int(offset)) for function, offset in result["places"]]
    return [tuple(_steps(outcome["trace"], places)) for outcome in result["outcomes"]]


def _steps(flat: Sequence[int], places: Sequence[tuple[str, int]]) -> list[Step]:
    if len(flat) % NUMBERS or not all(type(number) is int and number >= 0 for number in flat):
        raise ValueError(f"a trace is {NUMBERS} numbers a step, none of them negative")
    numbers = iter(flat)
    return [
        Step(who % 4, *places[place], visit, who >= 4)
        for who, place, visit in zip(numbers, numbers, numbers, strict=True)
    ]
