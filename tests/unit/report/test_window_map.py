# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.report.source_map import Key
from harness.report.window_map import Fared, not_entered, window_map
from harness.sweep.records import SweepResult
from tests.fakes import results as fakes

BROKEN = fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge)
STOCK = fakes.swept(fakes.FAKES[0], fakes.STOCK)


def fared(result: SweepResult, line: int) -> Fared:
    found = window_map(result, fakes.POINTS)
    return next(value for (_, _, number), value in found.items() if number == line)


def test_each_line_says_for_each_actor_how_its_points_fared() -> None:
    broken, stock = fared(BROKEN, 889), fared(STOCK, 889)
    assert broken.actors == {0: {"fails": 1}, 1: {"fails": 1}}
    assert stock.actors == {0: {"passes": 1}, 1: {"passes": 1}}
    assert (broken.worst, stock.worst) == ("fails", "passes")


def test_points_without_a_stop_say_why() -> None:
    found = fared(BROKEN, 866)
    assert found.others == {"atomic": 1} and found.worst == "atomic"


def test_functions_that_nobody_entered_are_left_out_and_named() -> None:
    functions = {function for _, function, _ in window_map(BROKEN, fakes.POINTS)}
    assert "dax_insert_entry" in functions and "dax_layout_busy_page" not in functions
    assert "dax_layout_busy_page" in not_entered(BROKEN, fakes.POINTS)
    assert not set(not_entered(BROKEN, fakes.POINTS)) & functions


def test_a_line_behind_which_an_actor_fell_asleep_says_in_how_many_failing_schedules() -> None:
    hang = fakes.FAKES[3]
    result = fakes.swept(hang, fakes.BROKEN, hang.judge)
    waiting = {key: value.waits for key, value in window_map(result, fakes.POINTS).items() if value.waits}
    key: Key = (fakes.DAX, "get_unlocked_entry", 238)  # the sixth step, after which the fake cuts B's trace
    assert waiting == {key: {1: len(result.outcomes)}}


def test_an_actor_that_gave_way_because_it_was_stopped_or_had_ended_did_not_wait() -> None:
    assert not any(value.waits for value in window_map(BROKEN, fakes.POINTS).values())


def test_a_point_behind_the_bound_s_last_stop_is_beyond_and_one_left_out_is_missed() -> None:
    result = fakes.swept(fakes.FAKES[1], fakes.STOCK)
    cover = replace(result.coverage, stopped=frozenset({0}), reached=frozenset({2}), beyond=frozenset({16}))
    bare = replace(result, coverage=cover, passing=())
    assert (fared(bare, 566).others, fared(bare, 889).others) == ({"missed": 1}, {"beyond": 1})
