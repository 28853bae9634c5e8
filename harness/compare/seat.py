# SPDX-License-Identifier: GPL-2.0-only
"""One kernel's guest for blocks of races: kept between blocks, made anew when a block has ended it."""

from dataclasses import dataclass, field
from pathlib import Path

from harness.config.models import GuestSpec
from harness.config.scenario import Scenario
from harness.deadline import Deadline
from harness.engine.guests import mounted
from harness.engine.races import book_crash, how_ended
from harness.engine.stress_guest import StressBoot, StressGuest
from harness.engine.stresser import StressLedger
from harness.errors import LabBroke
from harness.guest.plan import Accelerator
from harness.kernel.artefacts import Kernel
from harness.sweep.job import Job
from harness.sweep.records import StressResult

BLOCK_SECONDS = 20  # a kernel that is slower than that has fewer races a block


@dataclass
class Seat:
    """Races blocks on one kernel. Only one image is mounted at a time: the last one that was asked for."""

    name: str
    kernel: Kernel
    spec: GuestSpec
    folder: Path
    accelerator: Accelerator
    _guests: int = 0
    _open: StressGuest | None = field(default=None)

    def block(self, scenario: Scenario, seed: int, races: int, deadline: Deadline) -> StressResult:
        """One block. What the lab is at fault for is told in ``broken``, after a second try in a fresh guest."""
        try:
            return self._block(scenario, seed, races, deadline)
        except LabBroke:
            self.close()
        try:
            return self._block(scenario, seed, races, deadline)
        except LabBroke as error:
            self.close()
            return StressResult(scenario.name, self.name, self.spec.cpus, 0, {}, 0.0, broken=str(error))

    def close(self) -> None:
        """Ends the guest, if there is one."""
        if self._open:
            self._open.__exit__()
        self._open = None

    def _block(self, scenario: Scenario, seed: int, races: int, deadline: Deadline) -> StressResult:
        guest, ledger = self._guest(scenario), StressLedger(self.name, [scenario], self.spec.cpus)
        job = Job(
            self.kernel.build_id, (), (scenario,), races=races, seconds=BLOCK_SECONDS, cpus=self.spec.cpus, seed=seed
        )
        raced = guest.race(job, ledger.take, deadline)
        book_crash(ledger, raced.end)
        if not ledger.finished:  # dead, or with a task that never ends: of no more use
            self.close()
        if scenario.name not in ledger.results:
            raise LabBroke(f"a block of races gave no result {how_ended(raced, ledger)}")
        return ledger.results[scenario.name]

    def _guest(self, scenario: Scenario) -> StressGuest:
        spec = mounted(self.spec, scenario)
        if self._open is None or spec != self._open.boot.guest:
            self.close()
            folder = self.folder / f"guest-{self._guests}"
            self._guests += 1
            self._open = StressGuest(StressBoot(self.kernel, spec, folder, self.accelerator))
        return self._open
