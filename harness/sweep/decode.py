# SPDX-License-Identifier: GPL-2.0-only
"""From the racer's rows (JSON lines) to outcomes and coverage, with names in place of numbers."""

from collections.abc import Callable, Sequence
from typing import Any

from harness.points.point import Point
from harness.sweep.numbers import to_names
from harness.sweep.records import ActorEnd, Coverage, Ended, Kind, Outcome, Step, Violation

# enum il_event and enum il_actor_state of guest-tests/include/interleave.h
STEP, STOP, RESUME = 0, 1, 2
STATES = (Ended.FINISHED, Ended.BLOCKED, Ended.SPINNING, Ended.HUNG)
ATOMIC = ("", "interrupts off", "preemption off", "RCU read side")
STOPPED, OPEN, REACHED_ATOMIC, BEYOND = 1, 2, 4, 8  # enum cover of guest-tests/racer/sweep.c

Row = dict[str, Any]
Symbol = Callable[[int], str]


def outcome(row: Row, points: Sequence[Point], symbol: Symbol) -> Outcome:
    """One schedule's row as an outcome; a row without ends is that of a schedule that passed."""
    return Outcome(
        schedule=to_names(row["s"], points),
        ends=tuple(_end(actor, end, symbol) for actor, end in enumerate(row.get("e", ()))),
        violations=tuple(Violation(Kind(kind), detail) for kind, detail in row.get("v", ())),
        trace=_trace(row.get("tr", ()), points),
        blocked=tuple(actor for actor in range(4) if row["b"] >> actor & 1),
        given_up=bool(row.get("g")),
    )


def _end(actor: int, end: Row, symbol: Symbol) -> ActorEnd:
    stack = tuple(symbol(address) for address in end["stk"])
    return ActorEnd(actor, STATES[end["st"]], end["r"], end["n"], tuple(end["bus"]), end["saw"], stack)


def _trace(flat: Sequence[int], points: Sequence[Point]) -> tuple[Step, ...]:
    """Five numbers an entry: actor, event, point, visit, mask. A stop's entry follows that of its step."""
    steps: list[Step] = []
    for at in range(0, len(flat), 5):
        actor, event, number, visit, _mask = flat[at : at + 5]
        if number >= len(points):
            continue  # one of the canary's
        point = points[number]
        if event == STEP:
            steps.append(Step(actor, point.function, point.offset, visit))
        elif event == STOP:
            steps[-1] = Step(actor, point.function, point.offset, visit, stopped=True)
    return tuple(steps)


def coverage(
    count: int,
    cover: Sequence[str],
    why: Sequence[str],
    refused: dict[int, str],
    stops: frozenset[int],
    within: frozenset[int] = frozenset(),
    given_up: frozenset[int] = frozenset(),
) -> Coverage:
    """Coverage of ``count`` points from the digits that the racer gives, a digit a point, of one or of several guests.

    ``stops`` are points known to have been stopped at, whatever the digits say; ``within`` and ``given_up`` those of
    stops in atomic sections that were tested, and that were not.
    """
    bits = [_merged(cover, index) for index in range(count)]
    stopped = frozenset(index for index, seen in enumerate(bits) if seen & STOPPED) | stops
    reached = frozenset(index for index, seen in enumerate(bits) if seen & OPEN) - stopped
    beyond = frozenset(index for index, seen in enumerate(bits) if seen & BEYOND) - stopped - reached
    atomic = {
        index: ATOMIC[max(int(digits[index]) for digits in why)]
        for index, seen in enumerate(bits)
        if seen & REACHED_ATOMIC and index not in stopped | reached | beyond
    }
    never = frozenset(range(count)) - stopped - reached - beyond - frozenset((*atomic, *refused))
    return Coverage(stopped, atomic, reached, beyond, refused, never, within, given_up - within)


def _merged(cover: Sequence[str], index: int) -> int:
    bits = 0
    for digits in cover:
        bits |= int(digits[index], 16)
    return bits
