# SPDX-License-Identifier: GPL-2.0-only
"""For how long a guest has said nothing, and for how much of that its host let it run."""

import time
from collections import deque
from collections.abc import Callable

from harness.guest.threads import Threads

STEP = 1.0  # seconds between two looks at the threads
BLIND = 2.0  # seconds between two looks; what is longer the lab did not see, and the guest is not blamed for it
PAST = 200.0  # seconds that are remembered; a soft lockup of the guests' watchdog_thresh=30 is 60


class Silence:
    """The time since a guest's last sign of life; to be asked at least every STEP seconds.

    Time counts against the guest only where it could run: not where the host gave its threads no CPU, nor where the lab
    itself did not run (it was stopped or frozen, or its host was), as the guest's words may lie unread.
    """

    def __init__(self, threads: Threads, clock: Callable[[], float] = time.monotonic) -> None:
        self._threads, self._clock = threads, clock
        self._since = self._looked = clock()
        self._past: deque[tuple[float, float]] = deque()  # when it was looked, and seconds kept since the look before
        self.kept = 0.0  # seconds of the silence in which the guest could not run
        threads.kept(self._looked)

    @property
    def seconds(self) -> float:
        """Seconds since the last sign of life, on the wall."""
        return self._clock() - self._since

    def end(self) -> None:
        """A sign of life."""
        self._look(STEP)
        self._since, self.kept = self._clock(), 0.0

    def outlasts(self, limit: float) -> bool:
        """Whether the guest could run for ``limit`` seconds and said nothing."""
        self._look(STEP)
        if self.seconds - self.kept <= limit:
            return False
        self._look(0.0)
        return self.seconds - self.kept > limit

    def kept_of_last(self, seconds: float) -> float:
        """For how many of the last ``seconds``, up to PAST, the guest could not run, silent or not."""
        self._look(0.0)
        return sum(kept for at, kept in self._past if at > self._looked - seconds)

    def __str__(self) -> str:
        told, kept = f"no record and no word for {self.seconds:.0f} s", min(self.kept, self.seconds)
        return told + (f", the host not letting it run for {kept:.0f} s of them" if kept >= 1 else "")

    def _look(self, after: float) -> None:
        """Looks at the threads if the last look was ``after`` seconds ago or more."""
        now = self._clock()
        passed = now - self._looked
        if passed < after:
            return
        kept = max(self._threads.kept(now), passed - BLIND)
        self.kept += kept
        self._looked = now
        self._past.append((now, kept))
        while self._past[0][0] < now - PAST:
            self._past.popleft()
