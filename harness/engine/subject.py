# SPDX-License-Identifier: GPL-2.0-only
"""A kernel with its preemption points: what a sweep is done on."""

from dataclasses import dataclass, replace

from harness.kernel.artefacts import Kernel
from harness.points.point import Point
from harness.points.silent import silent_points


@dataclass(frozen=True)
class Subject:
    """One built kernel and the points at which its actors can be preempted, in the order of their numbers."""

    name: str
    kernel: Kernel
    points: tuple[Point, ...]
    silent: frozenset[int] = frozenset()  # indices at which a second stop is pruned; empty: nothing is

    def pruned(self) -> "Subject":
        """The same with what the sweep needs to leave out second stops that equal others."""
        return replace(self, silent=silent_points(self.kernel.vmlinux, self.points))
