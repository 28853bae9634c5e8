# SPDX-License-Identifier: GPL-2.0-only
from harness.trial.lines import changed

BEFORE = "one\ntwo\nthree\nfour\nfive\n"


def test_a_changed_line_counts_on_both_sides_as_numbered_there() -> None:
    assert changed(BEFORE, "zero\none\ntwo\nTHREE\nfour\nfive\n") == ({0, 1, 3}, {1, 4})


def test_where_lines_are_gone_their_neighbours_stand_for_them() -> None:
    assert changed(BEFORE, "one\ntwo\nfive\n") == ({3, 4}, {2, 3})


def test_equal_texts_differ_nowhere() -> None:
    assert changed(BEFORE, BEFORE) == (set(), set())


def test_a_new_file_is_changed_as_a_whole() -> None:
    assert changed("", BEFORE)[1] == {1, 2, 3, 4, 5}
