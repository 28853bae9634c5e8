# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

from harness.points.calls import callers
from harness.points.finder import find_points


def test_calls_and_tail_calls_are_seen_and_calls_through_pointers_are_not(vmlinux: Path) -> None:
    points = find_points(vmlinux, ["fs/dax.c", "mm/truncate.c"])
    called = {point.function for point in points if point.function.startswith("next_entry")}
    assert called
    found = callers(vmlinux, points, called)
    assert {"dax_insert", "truncate_entry"} & found
    assert "dax_tail_indirect" not in found and not found & called


def test_nobody_calls_what_nobody_calls(vmlinux: Path) -> None:
    points = find_points(vmlinux, ["fs/dax.c"])
    assert callers(vmlinux, points, {"dax_warn"}) == set()
