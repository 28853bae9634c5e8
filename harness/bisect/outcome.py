# SPDX-License-Identifier: GPL-2.0-only
"""What testing one commit says: never more than it does, so that no accident turns a bisect."""

from enum import StrEnum


class Outcome(StrEnum):
    """Of one commit, for the bug that is looked for."""

    GOOD = "good"
    BAD = "bad"
    NO_BUILD = "cannot build"
    NO_BOOT = "cannot boot"
    OTHER_BUG = "another bug"
    UNCHECKED = "cannot check"  # no module of the lab's for so old a kernel, too few points that could be stopped at
    BROKEN = "lab broke"

    @property
    def git(self) -> str:
        """The word of git-bisect(1)."""
        return self.value if self in (Outcome.GOOD, Outcome.BAD) else "skip"

    @property
    def says(self) -> bool:
        """Whether it tells on which side of the bug the commit is."""
        return self in (Outcome.GOOD, Outcome.BAD)

    @property
    def step_status(self) -> int:
        """The exit status for `git bisect run`: 0 good, 1 to 124 bad, 125 skip, 128 and more end the bisect."""
        return {"good": 0, "bad": 1, "skip": 125}[self.git] if self is not Outcome.BROKEN else 131
