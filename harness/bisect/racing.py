# SPDX-License-Identifier: GPL-2.0-only
"""Races one commit at random: the test of a bisect whose bug no sweep shows."""

from dataclasses import dataclass, field
from pathlib import Path

from harness.bisect.commits import Commits
from harness.bisect.outcome import Outcome
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.races import Plan, race
from harness.engine.stresser import StressLedger
from harness.engine.subject import Subject
from harness.errors import BadInput, KernelFailed
from harness.guest import accel
from harness.kernel.artefacts import Kernel
from harness.kernel.build import build
from harness.results.folder import RunFolder
from harness.sweep.records import Kind, StressResult


@dataclass
class Racer:
    """Builds and races commits; ``kinds`` are those of the bug, none: any."""

    commits: Commits
    scenario: Scenario
    guest: GuestSpec
    folder: Path
    races: int
    deadline: Deadline
    kinds: frozenset[Kind] = frozenset()
    built: dict[int, Kernel] = field(default_factory=dict)

    def observe(self, commit: int) -> Outcome:
        """One guest's races of the scenario at a commit."""
        try:
            kernel = self.built.get(commit) or build(
                self.commits.request(commit, (), self.deadline), deadline=self.deadline
            )
        except (BadInput, KernelFailed):
            return Outcome.NO_BUILD
        self.built[commit] = kernel
        ledger = StressLedger(kernel.name, [self.scenario], self.guest.cpus)
        folder = RunFolder.create(self.folder).path  # a process that was killed has left some
        plan = Plan(Subject(kernel.name, kernel, ()), self.guest, folder, self.races, accel.probe())
        race(plan, ledger, [self.scenario], self.deadline)
        return observed(ledger.results.get(self.scenario.name), self.kinds)


def observed(result: StressResult | None, kinds: frozenset[Kind]) -> Outcome:
    """What the races say: a failure of the bug's kinds, of others alone, or none."""
    if result is None:
        return Outcome.BROKEN
    if "(boot-failure)" in result.broken:
        return Outcome.NO_BOOT
    if result.broken or not result.races:
        return Outcome.BROKEN
    failed = {kind for kind, count in result.failures.items() if count}
    if failed & kinds if kinds else failed:
        return Outcome.BAD
    if failed:
        return Outcome.OTHER_BUG
    return Outcome.UNCHECKED if result.unchecked else Outcome.GOOD
