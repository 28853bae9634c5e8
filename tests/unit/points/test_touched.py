# SPDX-License-Identifier: GPL-2.0-only
"""Lines that a series touches, in the numbering of the patched source."""

from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.points.point import Frame, Point
from harness.points.touched import lines_with_code, touched_functions, touched_lines

ONE = """--- a/fs/dax.c
+++ b/fs/dax.c
@@ -10,4 +10,4 @@ static void f(void)
 ten
-eleven
+new eleven
 twelve
 thirteen
@@ -50,3 +50,2 @@
 fifty
-fifty-one
 fifty-two
"""
TWO = """--- a/fs/dax.c
+++ b/fs/dax.c
@@ -1,2 +1,4 @@
 one
+one and a half
+one and three quarters
 two
"""


def written(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"{number:04}.patch" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def point(function: str, line: int, number: int = 0) -> Point:
    return Point(number, 0x1000 + number, function, number, "call", "fs/dax.c", (Frame(function, "fs/dax.c", line),))


def test_added_lines_and_the_neighbours_of_removed_ones_are_touched(tmp_path: Path) -> None:
    lines = {number for _file, number in touched_lines(written(tmp_path, ONE))}
    assert lines == {10, 11, 50, 51}


def test_a_later_patch_moves_the_lines_of_an_earlier_one(tmp_path: Path) -> None:
    lines = {number for _file, number in touched_lines(written(tmp_path, ONE, TWO))}
    assert lines == {2, 3, 12, 13, 52, 53}


def test_a_line_that_a_later_patch_removes_is_gone(tmp_path: Path) -> None:
    undo = ONE.replace("-eleven\n+new eleven", "-new eleven\n+last eleven")
    assert ("fs/dax.c", 11) in touched_lines(written(tmp_path, ONE, undo))


def test_a_patch_that_cannot_be_parsed_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        touched_lines(written(tmp_path, ONE.replace(" thirteen\n", "")))


def test_functions_and_code_of_the_lines_are_found_by_points() -> None:
    points = [point("f", 11), point("g", 30, 1)]
    lines = {("fs/dax.c", 11), ("fs/dax.c", 12)}
    assert touched_functions(points, lines) == {"f"}
    assert lines_with_code(points, lines) == {("fs/dax.c", 11)}
