# SPDX-License-Identifier: GPL-2.0-only
from harness.report.text_table import aligned


def test_columns_are_as_wide_as_their_longest_word_and_no_line_ends_in_blanks() -> None:
    assert aligned([("a", "bb", ""), ("ccc", "d", "e")]) == ["a    bb", "ccc  d   e"]
