# SPDX-License-Identifier: GPL-2.0-only
"""A kernel with its preemption points: what a sweep is done on."""

from dataclasses import dataclass

from harness.kernel.artefacts import Kernel
from harness.points.point import Point


@dataclass(frozen=True)
class Subject:
    """One built kernel and the points at which its actors can be preempted, in the order of their numbers."""

    name: str
    kernel: Kernel
    points: tuple[Point, ...]
