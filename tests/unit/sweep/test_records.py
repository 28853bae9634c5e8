# SPDX-License-Identifier: GPL-2.0-only
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sweep.records import Coverage, Kind, Outcome, Schedule, Stop, Violation

functions = st.from_regex(r"[a-z_][a-z0-9_]{0,12}(\.[a-z]{1,8})?", fullmatch=True)
stops = st.builds(Stop, st.integers(0, 3), functions, st.integers(0, 0xFFFF), st.integers(1, 99), st.booleans())
orders = st.permutations(range(4)).flatmap(lambda order: st.integers(1, 4).map(lambda count: tuple(order[:count])))


@given(stops)
def test_a_stop_survives_being_text(stop: Stop) -> None:
    assert Stop.parse(str(stop)) == stop


@given(orders, st.lists(stops, max_size=3))
def test_a_schedule_survives_being_text(order: tuple[int, ...], some: list[Stop]) -> None:
    schedule = Schedule(order, tuple(some))
    assert Schedule.parse(str(schedule)) == schedule


def test_a_stop_reads_as_actor_function_offset_and_visit() -> None:
    assert str(Stop(1, "dax_insert_entry", 0x1F, 2)) == "B@dax_insert_entry+0x1f#2"


def test_a_stop_after_which_the_waker_goes_on_first_bears_a_caret() -> None:
    assert str(Stop(1, "dax_insert_entry", 0x1F, 2, first=True)) == "B@dax_insert_entry+0x1f#2^"


@pytest.mark.parametrize(
    "text", ["", "A", "A@f", "A@f+0x1", "E@f+0x1#1", "A@f+1#1", "A@f+0x1#", "A@f +0x1#1", "A@f+0xG#1"]
)
def test_text_that_is_no_stop_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is no stop: write ACTOR@FUNCTION"):
        Stop.parse(text)


@pytest.mark.parametrize("text", ["", "AA", "AE", "ABCDA", "ab"])
def test_a_schedule_needs_a_start_order_without_repetition(text: str) -> None:
    with pytest.raises(ValueError, match="is no schedule: it begins with the start order"):
        Schedule.parse(text)


def test_an_outcome_fails_by_its_violations_alone() -> None:
    assert not Outcome(Schedule((0, 1)), ()).failed
    assert Outcome(Schedule((0, 1)), (), (Violation(Kind.TAGS, "index 0 locked at rest"),)).failed


def test_coverage_is_the_share_of_points_that_could_be_stopped_at() -> None:
    cover = Coverage(
        stopped=frozenset({1, 2, 3}),
        atomic={4: "interrupts are off"},
        reached=frozenset({5}),
        beyond=frozenset({9, 10}),
        refused={6: "refused"},
        never=frozenset({7, 8}),
    )
    assert cover.share == 0.75


def test_coverage_of_nothing_is_nothing_rather_than_all() -> None:
    assert Coverage().share == 0.0


def test_a_stop_in_an_atomic_section_bears_an_exclamation_mark() -> None:
    schedule = Schedule.parse("AB A@f+0x10#1! B@g+0x4#2")
    assert [stop.atomic for stop in schedule.stops] == [True, False]
    assert schedule.atomic and not Schedule.parse("AB A@f+0x10#1^").atomic
    assert str(schedule) == "AB A@f+0x10#1! B@g+0x4#2"
