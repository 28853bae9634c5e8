# SPDX-License-Identifier: GPL-2.0-only
"""Lines of a source file that a change touches, found by comparing the file before and after."""

from harness.points.point import Frame, Point
from harness.points.touched import code_around, difference, lines_with_code, touched_functions

BEFORE = "one\ntwo\nthree\nfour\nfive\n"


def point(function: str, line: int, number: int = 0) -> Point:
    return Point(number, 0x1000 + number, function, number, "call", "fs/dax.c", (Frame(function, "fs/dax.c", line),))


def test_a_changed_line_counts_on_both_sides_as_numbered_there() -> None:
    found = difference(BEFORE, "zero\none\ntwo\nTHREE\nfour\nfive\n")
    assert (found.gone, found.come) == ({0, 1, 3}, {1, 4})


def test_where_lines_are_gone_their_neighbours_stand_for_them() -> None:
    found = difference(BEFORE, "one\ntwo\nfive\n")
    assert (found.gone, found.come) == ({3, 4}, {2, 3})


def test_equal_texts_differ_nowhere() -> None:
    found = difference(BEFORE, BEFORE)
    assert not found.gone | found.come | found.gaps


def test_a_new_file_is_changed_as_a_whole() -> None:
    assert difference("", BEFORE).come == {1, 2, 3, 4, 5}


def test_a_gap_is_where_lines_are_gone_and_nothing_replaces_them() -> None:
    assert difference(BEFORE, "one\ntwo\nfive\n").gaps == {3}
    assert not difference(BEFORE, "one\ntwo\nTHREE\nfive\n").gaps


def test_functions_and_code_of_the_lines_are_found_by_points() -> None:
    points = [point("f", 11), point("g", 30, 1)]
    lines = {("fs/dax.c", 11), ("fs/dax.c", 12)}
    assert touched_functions(points, lines) == {"f"}
    assert lines_with_code(points, lines) == {("fs/dax.c", 11)}


def test_what_is_taken_away_between_a_blank_line_and_a_comment_touches_the_code_around_it() -> None:
    points = [point("f", line, line) for line in (5, 8, 14, 49)] + [point("g", line, line) for line in (60, 61)]
    assert code_around(points, {("fs/dax.c", 11)}) == {("fs/dax.c", 8), ("fs/dax.c", 14)}


def test_what_is_taken_away_between_two_functions_touches_neither() -> None:
    assert code_around([point("f", 8), point("g", 60, 1)], {("fs/dax.c", 11)}) == set()
