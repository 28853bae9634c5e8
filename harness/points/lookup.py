# SPDX-License-Identifier: GPL-2.0-only
"""From the name of a step, ``dax_insert_entry+0x1f``, back to its point."""

from bisect import bisect_right
from collections.abc import Sequence

from harness.errors import BadInput
from harness.points.point import Point
from harness.sweep.records import Stop


class PointTable:
    """Points of one kernel by index, address and name."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = tuple(points)
        self._named = {(point.function, point.offset): point for point in points}
        self._placed = {point.address: point for point in points}
        self._functions = {point.function for point in points}

    def at(self, address: int) -> Point | None:
        """The point at exactly this address."""
        return self._placed.get(address)

    def named(self, function: str, offset: int) -> Point:
        """The point ``function + offset``. Raises BadInput where there is none: says which are near."""
        found = self._named.get((function, offset))
        if found:
            return found
        if function not in self._functions:
            raise BadInput(f"no point in {function}(): it is in none of the swept source files of this kernel")
        offsets = sorted(point.offset for point in self.points if point.function == function)
        at = bisect_right(offsets, offset)
        near = ", ".join(f"{function}+{one:#x}" for one in offsets[max(0, at - 1) : at + 1])
        raise BadInput(f"no point at {function}+{offset:#x}: is this the kernel it was found on? The nearest: {near}")

    def of(self, stop: Stop) -> Point:
        """The point of a stop. Raises BadInput."""
        return self.named(stop.function, stop.offset)
