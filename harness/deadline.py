# SPDX-License-Identifier: GPL-2.0-only
"""A monotonic deadline that is handed down the call chain instead of sleeps and per-call time-outs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Deadline:
    """A point in monotonic time, in seconds; ``None`` never comes."""

    at: float | None = None
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> Self:
        """The deadline ``seconds`` from now; never for None."""
        return cls(None if seconds is None else clock() + seconds, clock)

    def remaining(self) -> float | None:
        """Seconds left, 0.0 once it has passed, None if it never comes."""
        return None if self.at is None else max(0.0, self.at - self.clock())

    @property
    def passed(self) -> bool:
        """Whether no time is left."""
        return self.remaining() == 0.0

    def sooner(self, seconds: float | None) -> "Deadline":
        """The earlier of this deadline and ``seconds`` from now."""
        other = Deadline.after(seconds, self.clock)
        times = [moment for moment in (self.at, other.at) if moment is not None]
        return Deadline(min(times) if times else None, self.clock)
