# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.errors import BadInput
from harness.points.lookup import PointTable
from harness.points.point import Point
from harness.sweep.records import Stop

OFFSETS = (0, 0x10, 0x24)
TABLE = PointTable([Point(i, 0x1000 + at, "f", at, "call", "fs/dax.c", ()) for i, at in enumerate(OFFSETS)])


def test_a_stop_finds_its_point() -> None:
    assert TABLE.of(Stop.parse("A@f+0x10#2")).address == 0x1010


def test_an_address_finds_its_point_or_nothing() -> None:
    found = TABLE.at(0x1024)
    assert found is not None
    assert found.name == "f+0x24"
    assert TABLE.at(0x1025) is None


def test_an_offset_without_a_point_names_the_neighbours() -> None:
    with pytest.raises(BadInput, match=r"no point at f\+0x11.*nearest: f\+0x10, f\+0x24"):
        TABLE.named("f", 0x11)


def test_a_function_without_points_is_named() -> None:
    with pytest.raises(BadInput, match=r"no point in g\(\)"):
        TABLE.named("g", 0)
