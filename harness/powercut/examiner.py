# SPDX-License-Identifier: GPL-2.0-only
"""Writes crash images, has them rebooted and checked, some to a guest, and gathers what is wrong."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.config.models import GuestSpec
from harness.config.scenario import driver
from harness.deadline import Deadline
from harness.kernel.artefacts import Kernel
from harness.pools import pools
from harness.powercut import checks, images
from harness.powercut.cases import Case
from harness.powercut.fsck import CHECKERS
from harness.powercut.reboot import Rebooted, reboot
from harness.powercut.result import Failure
from harness.progress import Progress

PER_BOOT = 24  # images of a guest: a boot costs as much as mounting about that many
KEPT = 3  # images of failures that stay in the run folder


@dataclass
class Examiner:
    """``failures`` and ``examined`` grow as guests end; ``left`` counts images for which there was no time."""

    kernel: Kernel
    guest: GuestSpec
    base: Path
    bare: Path
    folder: Path
    deadline: Deadline
    failures: list[Failure] = field(default_factory=list)
    left: int = 0
    boots: int = 0
    _kept: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def examine(self, cases: Sequence[Case], workers: int = os.cpu_count() or 1) -> None:
        """All of them. Raises LabBroke where the lab is at fault."""
        done = 0
        with Progress("rebooting", len(cases)) as progress, pools(workers) as (pool,):
            parts = [(at // PER_BOOT, cases[at : at + PER_BOOT]) for at in range(0, len(cases), PER_BOOT)]
            for found, count in pool.map(self._part, parts):
                self.failures += found
                done += count
                progress.update(done)

    def _part(self, numbered: tuple[int, Sequence[Case]]) -> tuple[list[Failure], int]:
        number, cases = numbered
        if self.deadline.passed:
            with self._lock:
                self.left += len(cases)
            return [], len(cases)
        folder = self.folder / f"reboot-{number}"
        folder.mkdir(parents=True)
        suspects = []
        try:
            for at, case in enumerate(cases):
                stamp = number * PER_BOOT + at
                path = images.write_image(self.bare, case.pages, folder / f"image{at}", stamp)
                suspects.append(case.suspect(path, stamp))
            seen = reboot(self.kernel, suspects, self.guest, self.base, folder, self.deadline)
            found = [failure for case, suspect, each in zip(cases, suspects, seen, strict=True)
                     for failure in self._judge(case, suspect.image, each)]  # fmt: skip
        finally:
            for path in folder.glob("image*"):
                path.unlink()
        with self._lock:
            self.boots += len(list(folder.glob("guest-*")))
        return found, len(cases)

    def _judge(self, case: Case, path: Path, seen: Rebooted) -> list[Failure]:
        unusable = seen.died or seen.mount or seen.umount
        wrong = checks.of_image(seen, "" if unusable else CHECKERS[driver(self.guest.filesystem)](path))
        failures = []
        for claim in case.claims:
            both = (*wrong, *checks.of_promises(seen, claim.promises))
            if both:
                cut = claim.cut
                failures.append(Failure(cut.scenario, cut.schedule, claim.moment.name, claim.subset, both))
        return [self._with_image(case, failures[0]), *failures[1:]] if failures else []

    def _with_image(self, case: Case, failure: Failure) -> Failure:
        """The first few are written once more, as they were before their reboot."""
        with self._lock:
            self._kept += 1
            number = self._kept
        if number > KEPT:
            return failure
        kept = self.folder.parent / "images" / f"{number}.img"
        kept.parent.mkdir(exist_ok=True)
        images.write_image(self.bare, case.pages, kept, number)
        return replace(failure, image=f"images/{number}.img")
