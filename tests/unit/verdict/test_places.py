# SPDX-License-Identifier: GPL-2.0-only
"""Where the stops of a schedule lie."""

import pytest
from pydantic import ValidationError

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
    assert Behaviour(reason="r", within=("inlined",)).covers(stops[:1])
    assert not Behaviour(reason="r", within=("h",)).covers(stops)


def test_behaviour_covers_no_schedule_with_a_further_stop_elsewhere() -> None:
    stops = places(SCHEDULE, FUNCTIONS)
    assert not Behaviour(reason="r", within=("inlined",)).covers(stops)
    assert Behaviour(reason="r", within=("inlined", "g")).covers(stops)


def test_a_bound_is_the_fewest_stops_that_behaviour_takes() -> None:
    stops = places(SCHEDULE, FUNCTIONS)
    two = Behaviour(reason="r", bound=2)
    assert two.covers(stops)
    assert not two.covers(stops[:1])
    assert not Behaviour(reason="r", within=("f", "g"), bound=2).covers(stops[:1])
    assert Behaviour(reason="r", within=("f",), bound=0).covers([])
    with pytest.raises(ValidationError, match="`raceless` needs no stop, and `bound` is 1"):
        Behaviour(reason="r", raceless=True, bound=1)


def test_behaviour_holds_for_its_releases() -> None:
    some = Behaviour(reason="r", kernels=">=5.3 <6.13")
    assert [some.holds_for(release) for release in ("5.2.1", "5.3", "6.12.117", "6.13.1")] == [False, True, True, False]
    assert Behaviour(reason="r").holds_for("4.6")
    with pytest.raises(ValidationError, match="is no bound of kernel releases"):
        Behaviour(reason="r", kernels="new")


def test_a_schedule_without_a_stop_is_covered_only_where_that_is_said() -> None:
    assert not Behaviour(reason="r", within=("f",)).covers([])
    assert Behaviour(reason="r", within=("f",), raceless=True).covers([])
