# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.report.window_map import MapRow, window_map
from tests.fakes import results as fakes

NAME = fakes.FAKES[0].plan.name


def row(rows: tuple[MapRow, ...], line: int) -> MapRow:
    return next(each for each in rows if each.fared[0] and each.fared[0].line == line)


def test_each_line_says_for_each_kernel_and_actor_how_its_points_fared() -> None:
    found = row(window_map(fakes.run(), NAME), 889)
    broken, stock = found.fared
    assert broken and stock
    assert broken.actors == {0: {"fails": 1}, 1: {"fails": 1}}
    assert stock.actors == {0: {"passes": 1}, 1: {"passes": 1}}
    assert (broken.worst, stock.worst) == ("fails", "passes")


def test_points_without_a_stop_say_why() -> None:
    fared = row(window_map(fakes.run(), NAME), 866).fared[0]
    assert fared and fared.others == {"atomic": 1} and fared.worst == "atomic"


def test_functions_that_nobody_entered_are_left_out() -> None:
    functions = {each.function for each in window_map(fakes.run(), NAME)}
    assert "dax_insert_entry" in functions and "dax_layout_busy_page" not in functions


def test_lines_that_a_patch_moved_are_paired_by_their_text() -> None:
    run = fakes.run()
    moved = tuple(
        replace(point, frames=tuple(replace(frame, line=frame.line + 7) for frame in point.frames))
        for point in fakes.POINTS
    )
    stock = replace(run.kernels[1], lines={fakes.DAX: {line + 7: text for line, text in fakes.SOURCE.items()}})
    run = replace(run, points={**run.points, fakes.STOCK: moved}, kernels=(run.kernels[0], stock))
    fared = row(window_map(run, NAME), 573).fared
    assert [each.line for each in fared if each] == [573, 580]


def test_lines_of_one_kernel_alone_stand_alone() -> None:
    run = fakes.run()
    rows = window_map(replace(run, points={fakes.BROKEN: fakes.POINTS}), NAME)
    assert all(each.fared[1] is None for each in rows)


def test_the_map_is_bounded() -> None:
    assert len(window_map(fakes.run(), NAME, 5)) == 5


def test_a_point_behind_the_bound_s_last_stop_is_beyond_and_one_left_out_is_missed() -> None:
    run = fakes.run()
    result = fakes.swept(fakes.FAKES[1], fakes.STOCK)
    cover = replace(result.coverage, stopped=frozenset({0}), reached=frozenset({2}), beyond=frozenset({16}))
    bare = replace(result, coverage=cover, passing=())
    rows = window_map(replace(run, kernels=run.kernels[1:], results=(bare,)), fakes.FAKES[1].plan.name)
    assert (row(rows, 566).fared[0].others, row(rows, 889).fared[0].others) == ({"missed": 1}, {"beyond": 1})  # type: ignore[union-attr]
