# SPDX-License-Identifier: GPL-2.0-only
import re

from harness.report.grid import grids
from tests.fakes import results as fakes


def test_there_is_a_grid_for_each_start_order_and_every_schedule_is_on_it() -> None:
    result = fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge)
    found = grids(result)
    assert [grid.title for grid in found] == ["start AB, A stopped, then B", "start BA, B stopped, then A"]
    assert sum(sum(grid.counts.values()) for grid in found) == result.schedules[2] == 800
    assert sum(grid.counts["sigbus"] for grid in found) == result.failing[2]


def test_squares_side_by_side_are_merged_and_their_lengths_add_up() -> None:
    grid = grids(fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge))[0]
    for what, path in grid.paths.items():
        assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", path)
        assert sum(map(int, re.findall(r"h(\d+)v", path))) == grid.counts[what]
    assert len(re.findall("M", grid.paths["sigbus"])) == 12  # one stretch for each stop of A in its window


def test_bands_name_the_functions_along_an_axis() -> None:
    grid = grids(fakes.swept(fakes.FAKES[0], fakes.BROKEN, fakes.FAKES[0].judge))[0]
    assert [(band.function, band.length) for band in grid.down_bands[:3]] == [
        ("dax_iomap_fault", 2),
        ("grab_mapping_entry", 2),
        ("get_unlocked_entry", 3),
    ]
    assert sum(band.length for band in grid.across_bands) == grid.across


def test_a_silent_sweep_has_a_grid_of_one_colour() -> None:
    assert [set(grid.paths) for grid in grids(fakes.swept(fakes.FAKES[0], fakes.STOCK))] == [{"passed"}, {"passed"}]


def test_a_sweep_of_one_stop_has_no_grid() -> None:
    assert grids(fakes.swept(fakes.FAKES[1], fakes.STOCK)) == ()
