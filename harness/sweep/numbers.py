# SPDX-License-Identifier: GPL-2.0-only
"""Schedules as the guest names them, by the numbers of one kernel's points: ``"AB A12#1 B40#2"``, and back to names."""

import re
from collections.abc import Sequence

from harness.errors import LabBroke
from harness.points.lookup import PointTable
from harness.points.point import Point
from harness.sweep.records import Schedule, Stop, marks

NUMBERED = re.compile(r"^([A-D])(\d+)#(\d+)([\^!]?)$")
ORDER = re.compile(r"^[A-D]{1,4}$")


def to_names(text: str, points: Sequence[Point]) -> Schedule:
    """The schedule that the guest called ``text``. Raises LabBroke for what names none of ``points``."""
    order, *stops = text.split() or [""]
    if not ORDER.match(order):
        raise LabBroke(f"the guest named a schedule `{text}` that begins with no start order")
    return Schedule(tuple("ABCD".index(letter) for letter in order), tuple(_stop(each, points) for each in stops))


def _stop(text: str, points: Sequence[Point]) -> Stop:
    found = NUMBERED.match(text)
    if not found or int(found[2]) >= len(points):
        raise LabBroke(f"the guest named a stop `{text}` that is no point of its kernel")
    point = points[int(found[2])]
    return Stop("ABCD".index(found[1]), point.function, point.offset, int(found[3]), *marks(found[4]))


def to_numbers(schedule: Schedule, points: Sequence[Point]) -> str:
    """What the guest calls ``schedule``. Raises BadInput for a stop that is no point of this kernel."""
    table = PointTable(points)
    words = ["".join("ABCD"[actor] for actor in schedule.order)]
    words += [f"{'ABCD'[stop.actor]}{table.of(stop).index}#{stop.visit}{stop.mark}" for stop in schedule.stops]
    return " ".join(words)
