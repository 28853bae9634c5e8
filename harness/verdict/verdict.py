# SPDX-License-Identifier: GPL-2.0-only
"""The verdict as a value: one word for the run, one for each scenario on each kernel, and why."""

from dataclasses import dataclass
from enum import StrEnum

from harness.errors import ExitStatus
from harness.sweep.records import Kind


class Word(StrEnum):
    """The overall verdict on the kernel ``with``."""

    PASS = "PASS"
    FAIL = "FAIL"
    BROKEN = "BROKEN"
    INCONCLUSIVE = "INCONCLUSIVE"

    @property
    def status(self) -> ExitStatus:
        """The exit status that says the same."""
        return _STATUS[self]


_STATUS = {
    Word.PASS: ExitStatus.AS_EXPECTED,
    Word.FAIL: ExitStatus.KERNEL_FAILED,
    Word.BROKEN: ExitStatus.LAB_BROKE,
    Word.INCONCLUSIVE: ExitStatus.INCONCLUSIVE,
}


class CellWord(StrEnum):
    """How one scenario fared on one kernel."""

    SILENT = "silent"  # swept to its bound, nothing failed
    FAILS = "fails"
    AS_EXPECTED = "as expected"  # fails, in the kinds and functions that were expected
    LACKING = "lacking"  # an expected failure did not show
    KNOWN = "known"  # fails only in documented or known ways
    UNPROVEN = "unproven"  # nothing failed, but not everything was run
    BROKEN = "broken"  # says nothing about the kernel
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Cell:
    """One scenario on one kernel; ``sentence`` says it in words, ``kinds`` are the undocumented kinds of failure."""

    scenario: str
    kernel: str
    word: CellWord
    sentence: str
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a run says about the kernel ``with``.

    ``sentence`` states a PASS with its bound, points, order rule, loop cap and coverage. ``reasons`` are what led
    to any other word, ``findings`` what else is worth knowing (a failure of ``without`` that nobody expected).
    """

    word: Word
    sentence: str
    reasons: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()

    @property
    def status(self) -> ExitStatus:
        """The exit status of the run."""
        return self.word.status

    def cell(self, scenario: str, kernel: str) -> Cell | None:
        """The cell of that scenario and kernel, if there is one."""
        return next((cell for cell in self.cells if (cell.scenario, cell.kernel) == (scenario, kernel)), None)
