# SPDX-License-Identifier: GPL-2.0-only
from harness.engine.source_lines import spans
from harness.points.point import Frame


def test_reports_get_the_whole_source_of_a_function_from_its_first_point_to_its_last() -> None:
    frames = [Frame("f", "fs/dax.c", 12), Frame("f", "fs/dax.c", 10), Frame("g", "mm/x.c", 3), Frame("asm", "", 0)]
    assert spans(frames) == {("fs/dax.c", 10), ("fs/dax.c", 11), ("fs/dax.c", 12), ("mm/x.c", 3)}
