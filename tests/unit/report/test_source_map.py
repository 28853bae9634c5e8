# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.report.source_map import SourceRow, key_of, source_map
from harness.results.run import Run
from tests.fakes import results as fakes


def row(rows: tuple[SourceRow, ...], line: int) -> SourceRow:
    return next(each for each in rows if each.lines[0] == line)


def moved(run: Run, by: int) -> Run:
    """``run`` with every line of stock so much lower down."""
    points = tuple(
        replace(point, frames=tuple(replace(frame, line=frame.line + by) for frame in point.frames))
        for point in fakes.POINTS
    )
    stock = replace(run.kernels[1], lines={fakes.DAX: {line + by: text for line, text in fakes.SOURCE.items()}})
    return replace(run, points={**run.points, fakes.STOCK: points}, kernels=(run.kernels[0], stock))


def test_lines_of_equal_text_stand_side_by_side() -> None:
    found = row(source_map(fakes.run()).rows, 573)
    assert found == SourceRow(fakes.DAX, "grab_mapping_entry", fakes.SOURCE[573], (573, 573))


def test_lines_that_a_patch_moved_are_paired_by_their_text() -> None:
    assert row(source_map(moved(fakes.run(), 7)).rows, 573).lines == (573, 580)


def test_lines_of_one_kernel_alone_stand_alone() -> None:
    run = fakes.run()
    bare = replace(run.kernels[1], lines={})
    rows = source_map(replace(run, points={fakes.BROKEN: fakes.POINTS}, kernels=(run.kernels[0], bare))).rows
    assert all(each.lines[1] is None for each in rows)


def test_lines_between_the_points_of_a_function_are_there_as_far_as_the_run_kept_them() -> None:
    run = fakes.run()
    lines = {fakes.DAX: {**fakes.SOURCE, 880: "\tbetween();", 2000: "\tbehind();"}}
    kernel = replace(run.kernels[0], lines=lines)
    rows = source_map(replace(run, kernels=(kernel, run.kernels[1]))).rows
    assert row(rows, 880).function == "dax_insert_entry" and row(rows, 880).lines == (880, None)
    assert not [each for each in rows if each.lines[0] == 2000]


def test_functions_of_a_file_follow_each_other_as_in_the_source() -> None:
    rows = source_map(fakes.run()).rows
    functions = list(dict.fromkeys(each.function for each in rows))
    assert functions.index("get_unlocked_entry") < functions.index("grab_mapping_entry")
    assert functions.index("dax_insert_entry") < functions.index("dax_fault_iter")


def test_blank_lines_are_paired_and_lines_of_unknown_text_are_not() -> None:
    run = fakes.run()
    lines = {fakes.DAX: {**fakes.SOURCE, 880: ""}}
    both = tuple(replace(kernel, lines=lines) for kernel in run.kernels)
    rows = source_map(moved_lines(replace(run, kernels=both))).rows
    assert row(rows, 880).lines == (880, 887)
    assert row(rows, 1963).lines == (1963, None)  # no text: it may be another line


def moved_lines(run: Run) -> Run:
    """moved() by seven, with the lines that ``run`` has."""
    lines = {file: {line + 7: text for line, text in texts.items()} for file, texts in run.kernels[1].lines.items()}
    there = moved(run, 7)
    return replace(there, kernels=(run.kernels[0], replace(there.kernels[1], lines=lines)))


def test_a_point_knows_its_row_on_each_kernel() -> None:
    source = source_map(moved(fakes.run(), 7))
    point = fakes.POINTS[3]
    where = source.row(0, point)
    assert where is not None and source.rows[where].lines == (573, 580)
    assert source.row(1, point) != where and source.row(0, None) is None


def test_a_point_without_lines_stands_under_its_function() -> None:
    assert key_of(replace(fakes.POINTS[0], frames=())) == ("fs/dax.o", "dax_iomap_fault", 0)
