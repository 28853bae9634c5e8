# SPDX-License-Identifier: GPL-2.0-only
"""A kernel with its preemption points: what a sweep is done on."""

from dataclasses import dataclass, replace

from harness.kernel.abilities import CHECKERS, uncheckable
from harness.kernel.artefacts import Kernel
from harness.points.point import Point
from harness.points.silent import silent_points


@dataclass(frozen=True)
class Subject:
    """One built kernel and the points at which its actors can be preempted, in the order of their numbers."""

    name: str
    kernel: Kernel
    points: tuple[Point, ...]
    silent: frozenset[int] = frozenset()  # indices at which a stop is pruned; empty: nothing is
    prune_from: int = 2  # ... of schedules of at least that many stops

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Checks of scenarios that its kernel is too old for."""
        return uncheckable(CHECKERS, self.kernel.release)

    def pruned(self, prune_from: int = 2) -> "Subject":
        """The same with what the sweep needs to leave out stops that equal others."""
        return replace(self, silent=silent_points(self.kernel.vmlinux, self.points), prune_from=prune_from)
