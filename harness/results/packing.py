# SPDX-License-Identifier: GPL-2.0-only
"""The compact form of outcomes in results.json: schedules as text, traces as numbers into a list of places.

A sweep of two stops leaves a thousand traces of hundreds of steps; one object a step would be a hundred megabytes.
"""

from typing import Any

from harness.sweep.records import Schedule

Json = dict[str, Any]


def pack(run: Json) -> Json:
    """A run as plain JSON values -> the same, outcomes in the compact form, sets as sorted lists."""
    return {**run, "results": [_pack_result(result) for result in run["results"]]}


def unpack(run: Json) -> Json:
    """The inverse of pack(). Raises KeyError, IndexError, TypeError or ValueError for anything else."""
    return {**run, "results": [_unpack_result(result) for result in run["results"]]}


def _pack_result(result: Json) -> Json:
    places: dict[tuple[str, int], int] = {}
    outcomes = [_pack_outcome(outcome, places) for outcome in result["outcomes"]]
    cover = result["coverage"]
    cover = {key: sorted(value) if isinstance(value, list) else value for key, value in cover.items()}
    return {**result, "outcomes": outcomes, "places": [list(place) for place in places], "coverage": cover}


def _pack_outcome(outcome: Json, places: dict[tuple[str, int], int]) -> Json:
    trace: list[int] = []
    for step in outcome["trace"]:
        place = places.setdefault((step["function"], step["offset"]), len(places))
        trace += [step["actor"] + 4 * step["stopped"], place, step["visit"]]
    return {**outcome, "schedule": _text(outcome["schedule"]), "trace": trace}


def _text(schedule: Json) -> str:
    order = "".join("ABCD"[actor] for actor in schedule["order"])
    stops = [f"{'ABCD'[s['actor']]}@{s['function']}+{s['offset']:#x}#{s['visit']}" for s in schedule["stops"]]
    return " ".join([order, *stops])


def _unpack_result(result: Json) -> Json:
    result = dict(result)
    places = result.pop("places")
    result["outcomes"] = [_unpack_outcome(outcome, places) for outcome in result["outcomes"]]
    return result


def _unpack_outcome(outcome: Json, places: list[tuple[str, int]]) -> Json:
    flat = outcome["trace"]
    steps = [_step(flat[at : at + 3], places) for at in range(0, len(flat), 3)]
    return {**outcome, "schedule": _schedule(outcome["schedule"]), "trace": steps}


def _step(numbers: list[int], places: list[tuple[str, int]]) -> Json:
    who, place, visit = numbers
    function, offset = places[place]
    return {"actor": who % 4, "function": function, "offset": offset, "visit": visit, "stopped": who >= 4}


def _schedule(text: str) -> Json:
    schedule = Schedule.parse(text)
    stops = [{"actor": s.actor, "function": s.function, "offset": s.offset, "visit": s.visit} for s in schedule.stops]
    return {"order": list(schedule.order), "stops": stops}
