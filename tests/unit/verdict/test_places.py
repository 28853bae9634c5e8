# SPDX-License-Identifier: GPL-2.0-only
"""Where the stops of a schedule lie."""

from harness.config.scenario import Behaviour
from harness.sweep.records import Schedule
from harness.verdict.places import places

SCHEDULE = Schedule.parse("AB A@f+0x4#1 B@g+0x8#1")
FUNCTIONS = {("f", 4): frozenset({"f", "inlined"})}


def test_a_stop_lies_in_its_function_and_in_those_inlined_there() -> None:
    assert places(SCHEDULE, FUNCTIONS) == [{"f", "inlined"}, {"g"}]


def test_behaviour_covers_a_schedule_with_a_stop_in_its_functions() -> None:
    stops = places(SCHEDULE, FUNCTIONS)
    assert Behaviour(reason="r").covers(stops)
    assert Behaviour(reason="r", within=("inlined",)).covers(stops)
    assert not Behaviour(reason="r", within=("h",)).covers(stops)


def test_a_schedule_without_a_stop_is_covered_only_where_that_is_said() -> None:
    assert not Behaviour(reason="r", within=("f",)).covers([])
    assert Behaviour(reason="r", within=("f",), raceless=True).covers([])
