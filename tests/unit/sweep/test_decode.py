# SPDX-License-Identifier: GPL-2.0-only
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sweep import decode
from harness.sweep.records import ActorEnd, Coverage, Ended, Kind, Outcome, Step, Stop, Violation
from tests.fakes.records import END, POINTS, RESUME, STEP, STOP, failed, passed

MARK, OPEN, ATOMIC, BEYOND = 1, 2, 4, 8  # enum cover
digits = st.integers(0, 15)


def read(row: str) -> Outcome:
    return decode.outcome(json.loads(row), POINTS, lambda address: f"symbol+{address:#x}")


def cover_of(cover: list[str], why: list[str], *stops: int) -> Coverage:
    return decode.coverage(len(cover[0]), cover, why, {}, frozenset(stops))


def test_a_passing_row_has_a_schedule_and_nothing_else() -> None:
    outcome = read(passed("AB A3#1"))
    assert outcome.schedule.stops == (Stop(0, "dax_insert_entry", 0x1F, 1),)
    assert (outcome.ends, outcome.violations, outcome.trace, outcome.blocked) == ((), (), (), ())
    assert not outcome.failed


def test_violations_keep_their_kinds_details_and_order() -> None:
    outcome = read(failed("AB", ("sigbus", 'A: got "SIGBUS"'), ("lost-store", "B: gone")))
    assert outcome.violations == (Violation(Kind.SIGBUS, 'A: got "SIGBUS"'), Violation(Kind.LOST_STORE, "B: gone"))
    assert outcome.failed


@pytest.mark.parametrize("kind", ["sigbus", "error", "oom", "stale-read", "mismatch", "lost-store", "lost-bytes",
                                  "not-durable", "tags", "warn", "oops", "hang", "spin"])  # fmt: skip
def test_every_kind_that_the_racer_writes_is_known(kind: str) -> None:
    assert read(failed("AB", (kind, "why"))).violations[0].kind == kind


@pytest.mark.parametrize(
    ("state", "ended"), list(enumerate([Ended.FINISHED, Ended.BLOCKED, Ended.SPINNING, Ended.HUNG]))
)
def test_an_actors_end_says_state_result_errors_and_where_it_sleeps(state: int, ended: Ended) -> None:
    ends = [{"st": state, "r": -1, "n": 5, "saw": "0A", "bus": [2, 4], "stk": [16, 32]}]
    outcome = read(failed("AB", ("hang", "A: blocked for ever"), e=ends))
    assert outcome.ends == (ActorEnd(0, ended, -1, 5, (2, 4), "0A", ("symbol+0x10", "symbol+0x20")),)


@pytest.mark.parametrize(("mask", "actors"), [(0, ()), (1, (0,)), (2, (1,)), (0b1010, (1, 3)), (15, (0, 1, 2, 3))])
def test_the_mask_of_blocked_actors_becomes_their_numbers(mask: int, actors: tuple[int, ...]) -> None:
    assert read(failed("AB", ("hang", "x")).replace('"b":0', f'"b":{mask}')).blocked == actors


def test_a_trace_holds_the_steps_and_marks_the_one_that_was_stopped_at() -> None:
    entries = [
        (0, STEP, 0, 1, 2), (0, STEP, 1, 1, 2), (0, STOP, 1, 1, 0), (1, STEP, 0, 1, 0), (1, END, 0, 0, 0),
        (0, RESUME, 1, 1, 0), (0, STEP, 2, 2, 0),
    ]  # fmt: skip
    outcome = read(failed("AB A1#1", ("warn", "x"), tr=[number for entry in entries for number in entry]))
    assert outcome.trace == (
        Step(0, "dax_iomap_fault", 0x0, 1),
        Step(0, "dax_iomap_fault", 0x2C, 1, stopped=True),
        Step(1, "dax_iomap_fault", 0x0, 1),
        Step(0, "dax_insert_entry", 0x0, 2),
    )


def test_the_canarys_own_points_behind_the_kernels_are_left_out_of_a_trace() -> None:
    canary = [0, STEP, len(POINTS), 1, 0, 0, STOP, len(POINTS), 1, 0]
    assert read(failed("AB", ("warn", "x"), tr=[*canary, 0, STEP, 0, 1, 0])).trace == (
        Step(0, "dax_iomap_fault", 0x0, 1),
    )


CASES: dict[str, dict[str, Any]] = {
    "1": {"stopped": frozenset({0})},
    "3": {"stopped": frozenset({0})},
    "f": {"stopped": frozenset({0})},
    "2": {"reached": frozenset({0})},
    "6": {"reached": frozenset({0})},
    "8": {"beyond": frozenset({0})},
    "c": {"beyond": frozenset({0})},
    "4": {"atomic": {0: "preemption off"}},
    "0": {"never": frozenset({0})},
}


@pytest.mark.parametrize("digit", CASES)
def test_a_points_digit_says_the_best_that_was_done_with_it(digit: str) -> None:
    assert cover_of([digit], ["2"]) == Coverage(**CASES[digit])


@pytest.mark.parametrize(("why", "reason"), [("1", "interrupts off"), ("2", "preemption off"), ("3", "RCU read side")])
def test_an_atomic_point_says_why(why: str, reason: str) -> None:
    assert cover_of(["4"], [why]).atomic == {0: reason}


def test_what_one_guest_did_not_reach_another_may_have_stopped_at() -> None:
    joined = cover_of(["0204", "1200"], ["0003", "0000"])
    assert joined == Coverage(
        stopped=frozenset({0}), reached=frozenset({1}), never=frozenset({2}), atomic={3: "RCU read side"}
    )


@pytest.mark.parametrize("digit", ["0", "2", "4", "8"])
def test_a_point_that_some_row_stopped_at_is_stopped_whatever_its_digit(digit: str) -> None:
    assert cover_of([digit], ["1"], 0) == Coverage(stopped=frozenset({0}))


def test_a_refused_point_is_refused_and_not_never_reached() -> None:
    cover = decode.coverage(2, ["10"], ["00"], {1: "EINVAL"}, frozenset())
    assert (cover.refused, cover.never) == ({1: "EINVAL"}, frozenset())


@given(st.lists(st.lists(digits, min_size=6, max_size=6), min_size=1, max_size=3))
def test_every_point_is_in_exactly_one_set(guests: list[list[int]]) -> None:
    cover = cover_of(["".join(f"{digit:x}" for digit in each) for each in guests], ["1" * 6] * len(guests))
    sets = [cover.stopped, cover.atomic.keys(), cover.reached, cover.beyond, cover.refused.keys(), cover.never]
    assert sorted(index for each in sets for index in each) == list(range(6))
