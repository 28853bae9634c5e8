# SPDX-License-Identifier: GPL-2.0-only
from harness.report.grid import ATOMIC, grids, signed_visit
from harness.sweep.records import Stop, marks
from tests.fakes import results as fakes


def test_there_is_a_grid_for_each_start_order_and_every_stop_is_on_its_axes() -> None:
    result = fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge)
    found = grids(result)
    assert [(grid.order, grid.down_actor, grid.across_actor) for grid in found] == [((0, 1), 0, 1), ((1, 0), 1, 0)]
    assert sum(len(grid.down) * len(grid.across) for grid in found) == result.schedules[2] == 800
    for outcome in (each for each in result.outcomes if len(each.schedule.stops) == 2):
        grid = next(each for each in found if each.order == outcome.schedule.order)
        first, second = outcome.schedule.stops
        assert (first.function, first.offset, first.visit) in grid.down
        assert (second.function, second.offset, second.visit) in grid.across


def test_an_axis_runs_in_the_order_in_which_the_actor_passes_its_points() -> None:
    grid = grids(fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge))[0]
    passed = [(point.function, point.offset, 1) for point in fakes.path("write-fault")]
    places = [passed.index(place) for place in grid.down]
    assert places == sorted(places) and len(places) == 20


def test_a_silent_sweep_has_its_grids_too() -> None:
    assert [len(grid.down) for grid in grids(fakes.swept(fakes.FAKES[0], fakes.STOCK))] == [20, 20]


def test_a_sweep_of_one_stop_has_no_grid() -> None:
    assert grids(fakes.swept(fakes.FAKES[1], fakes.STOCK)) == ()


def test_two_stops_at_one_point_are_told_apart_by_their_marks() -> None:
    stops = [signed_visit(Stop(0, "f", 0, 2, *marks(mark))) for mark in ("", "^", "!")]
    assert stops == [2, -2, 2 + ATOMIC]
