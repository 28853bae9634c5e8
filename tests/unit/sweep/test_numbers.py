# SPDX-License-Identifier: GPL-2.0-only
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BadInput, LabBroke
from harness.sweep.numbers import to_names, to_numbers
from harness.sweep.records import Schedule, Stop
from tests.fakes.records import POINTS

stops = st.builds(
    lambda actor, point, visit, first: Stop(actor, point.function, point.offset, visit, first),
    st.integers(0, 3), st.sampled_from(POINTS), st.integers(1, 99), st.booleans(),
)  # fmt: skip


def test_a_guests_schedule_is_given_its_names() -> None:
    named = to_names("BA A3#1 B0#2", POINTS)
    assert named == Schedule((1, 0), (Stop(0, "dax_insert_entry", 0x1F, 1), Stop(1, "dax_iomap_fault", 0x0, 2)))


def test_a_stop_in_an_atomic_section_keeps_its_mark() -> None:
    schedule = to_names("AB A3#1!", POINTS)
    assert schedule.stops[0].atomic and not schedule.stops[0].first
    assert to_numbers(schedule, POINTS) == "AB A3#1!"


@given(st.permutations(range(4)), st.lists(stops, max_size=4))
def test_a_schedule_survives_being_numbers(order: list[int], some: list[Stop]) -> None:
    schedule = Schedule(tuple(order), tuple(some))
    assert to_names(to_numbers(schedule, POINTS), POINTS) == schedule


def test_numbers_are_those_of_the_kernel_at_hand() -> None:
    schedule = to_names("AB A3#1", POINTS)
    assert to_numbers(schedule, POINTS[3:]) == "AB A3#1", "a point's own number, not its place in the list"


@pytest.mark.parametrize("stop", ["A4#1", "A999#1", "Ax#1", "A1", "E1#1", "canary"])
def test_a_stop_that_is_no_point_means_that_the_lab_broke(stop: str) -> None:
    with pytest.raises(LabBroke, match=f"`{stop}` that is no point of its kernel"):
        to_names(f"AB {stop}", POINTS)


def test_a_stop_of_another_kernel_is_bad_input_that_names_it() -> None:
    with pytest.raises(BadInput, match=r"dax_insert_entry\+0x20"):
        to_numbers(Schedule((0, 1), (Stop(0, "dax_insert_entry", 0x20, 1),)), POINTS)


@pytest.mark.parametrize("text", ["", "[", "[    1.7] CPU: 0", "A3#1", "ab", "ABCDE"])
def test_a_schedule_without_a_start_order_means_that_the_lab_broke(text: str) -> None:
    with pytest.raises(LabBroke, match="begins with no start order"):
        to_names(text, POINTS)
