# SPDX-License-Identifier: GPL-2.0-only
"""Tests one commit: builds it in place, finds its points, sweeps the one scenario, and says what came of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.bisect.commits import Commits
from harness.bisect.outcome import Outcome
from harness.bisect.signature import Signature, shown, signature, told
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.guests import mounted, supplies
from harness.engine.kernels import points_of
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall, sweep_all
from harness.errors import BadInput, KernelFailed, LabBroke
from harness.kernel.artefacts import Kernel
from harness.kernel.build import build
from harness.results.folder import RunFolder
from harness.sweep.records import SweepResult
from harness.verdict.gaps import thinly_covered, timed_out, unchecked

UNBOOTED = "(boot-failure)"
TRIES = 2  # of a sweep in which the lab breaks: one lost guest must not cost a commit


@dataclass(frozen=True)
class Tested:
    """One commit's test. ``seen`` is what it showed, ``hole`` what was not tried, so that more may be there.

    Seconds are wall time.
    """

    __test__ = False  # pytest takes every Test* for one of its own
    outcome: Outcome
    detail: str = ""
    seen: Signature = frozenset()
    build_seconds: float = 0.0
    sweep_seconds: float = 0.0
    hole: str = ""


@dataclass(frozen=True)
class Bug:
    """What is looked for: what the bad commit shows, and what the good one shows as well."""

    seen: Signature
    control: Signature = frozenset()


@dataclass
class Tester:
    """Tests points of ``commits``; guests' files go to ``folder``.

    Silence of a sweep that stopped at a smaller share of its points than ``floor`` (0 to 1) says nothing.
    """

    __test__ = False
    commits: Commits
    scenario: Scenario
    units: Sequence[str]
    guest: GuestSpec
    folder: Path
    deadline: Deadline
    floor: float
    every_instruction: bool = False

    def test(self, index: int, bug: Bug | None) -> Tested:
        """One point. Without ``bug`` BAD means that anything fails. Raises LabBroke where no time is left."""
        began = time.monotonic()
        try:
            kernel = build(self.commits.request(index, self.units, self.deadline), deadline=self.deadline)
            points = points_of(kernel, self._units(kernel), self.every_instruction)
        except (KernelFailed, BadInput) as error:
            return Tested(Outcome.NO_BUILD, str(error), build_seconds=time.monotonic() - began)
        except LabBroke as error:
            if self.deadline.passed:
                raise
            # The user's own source is never the lab's fault; what is left is a compiler that dies, a full disk.
            return Tested(Outcome.BROKEN, str(error), build_seconds=time.monotonic() - began)
        built = time.monotonic()
        tested = self._swept(Subject(kernel.name, kernel, tuple(points)), bug)
        return replace(tested, build_seconds=built - began, sweep_seconds=time.monotonic() - built)

    def _units(self, kernel: Kernel) -> list[str]:
        return sorted(unit for unit in self.units if (kernel.folder / "sources" / unit).is_file())

    def _swept(self, subject: Subject, bug: Bug | None) -> Tested:
        tested = Tested(Outcome.BROKEN)
        for _ in range(TRIES):
            tested = judged(*self._sweep(subject), bug, self.floor)
            if tested.outcome is not Outcome.BROKEN or self.deadline.passed:
                break
        return tested

    def _sweep(self, subject: Subject) -> tuple[SweepResult, Sequence[str]]:
        guest = mounted(self.guest, self.scenario)
        folder = RunFolder.create(self.folder).path  # a process that was killed has left some
        hall = Hall(guest, supplies(guest), folder, self.deadline, batches=1)
        swept = sweep_all([subject], [self.scenario], hall)[0]
        return swept.results[0], dict(swept.logs)[self.scenario.name]


def judged(result: SweepResult, log: Sequence[str], bug: Bug | None, floor: float) -> Tested:
    """What a sweep and its scenario's log say of the bug. One that is not whole says nothing unless it shows it."""
    if UNBOOTED in result.broken:
        return Tested(Outcome.NO_BOOT, result.broken)
    if result.broken:
        return Tested(Outcome.BROKEN, result.broken)
    seen, uncheckable = signature(result, log), _uncheckable(result, floor)
    hole = uncheckable or _hole(result)
    outcome = shown(seen, bug.seen, bug.control) if bug else (Outcome.BAD if seen else Outcome.GOOD)
    if outcome is Outcome.GOOD and hole:
        return Tested(Outcome.UNCHECKED if uncheckable else Outcome.BROKEN, hole, seen, hole=hole)
    counts = f"{sum(result.failing.values()):,} of {sum(result.schedules.values()):,} schedules fail"
    detail = f"{counts}: {told(seen)}" if seen else f"silent in {sum(result.schedules.values()):,}"
    return Tested(outcome, detail, seen, hole=hole)


def _uncheckable(result: SweepResult, floor: float) -> str:
    """Why no sweep of this commit could tell that the bug is not there, another one no more than this; "" if it can."""
    if result.unchecked:
        return unchecked(result)
    return "" if _hole(result) else thinly_covered(result, floor)


def _hole(result: SweepResult) -> str:
    """What the sweep did not try, so that silence says nothing; "" if it was whole."""
    if result.timed_out:
        return timed_out(result)
    if not result.points:
        return "no point had a probe"
    return "" if result.complete else "not every schedule was run"
