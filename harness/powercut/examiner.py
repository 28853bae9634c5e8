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
from harness.errors import LabBroke
from harness.kernel.artefacts import Kernel
from harness.pools import pools
from harness.powercut import checks, images
from harness.powercut.cases import Case
from harness.powercut.fsck import CHECKERS
from harness.powercut.reboot import Rebooted, Stand, Suspect, reboot
from harness.powercut.result import Failure
from harness.progress import Progress

PER_BOOT = 24  # images of a guest: a boot costs as much as mounting about that many
KEPT = 3  # images of failures that stay in the run folder


@dataclass
class Examiner:
    """``failures`` grow as guests end; ``left`` counts images for which there was no time."""

    kernel: Kernel
    guest: GuestSpec
    base: Path
    bare: Path
    folder: Path
    deadline: Deadline
    left: int = 0
    boots: int = 0
    _found: dict[int, list[Failure]] = field(default_factory=dict)  # by part: they end in any order
    _kept: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def failures(self) -> list[Failure]:
        """In the order of the cases, also those of a part that broke later on."""
        with self._lock:
            return [failure for _number, found in sorted(self._found.items()) for failure in found]

    def examine(self, cases: Sequence[Case], workers: int = os.cpu_count() or 1) -> None:
        """All of them, as far as there is time. Raises LabBroke where the lab is at fault."""
        done = 0
        with Progress("rebooting", len(cases)) as progress, pools(workers, stop=self._stop) as (pool,):
            parts = [(at // PER_BOOT, cases[at : at + PER_BOOT]) for at in range(0, len(cases), PER_BOOT)]
            for count in pool.map(self._part, parts):
                done += count
                progress.update(done)

    def _part(self, numbered: tuple[int, Sequence[Case]]) -> int:
        number, cases = numbered
        folder = self.folder / f"reboot-{number}"
        try:
            looked = 0 if self.deadline.passed else self._reboot(number, cases, folder)
        finally:
            for path in folder.glob("image*"):
                path.unlink()
            with self._lock:
                self.boots += len(list(folder.glob("guest-*")))
        with self._lock:
            self.left += len(cases) - looked
        return len(cases)

    def _reboot(self, number: int, cases: Sequence[Case], folder: Path) -> int:
        """How many of them were looked at."""
        folder.mkdir(parents=True)
        suspects = [case.suspect(folder / f"image{at}", number * PER_BOOT + at) for at, case in enumerate(cases)]
        pages = {suspect.stamp: case.pages for suspect, case in zip(suspects, cases, strict=True)}

        def write(suspect: Suspect) -> None:
            images.write_image(self.bare, pages[suspect.stamp], suspect.image, suspect.stamp)

        for suspect in suspects:
            write(suspect)
        stand = Stand(self.kernel, self.guest, self.base, folder, self.deadline, self._go_on)
        seen = reboot(stand, suspects, write)
        looked = 0
        for case, suspect, each in zip(cases, suspects, seen, strict=False):
            found = self._judge(case, suspect.image, each)
            with self._lock:
                self._found.setdefault(number, []).extend(found)
            looked += 1
        return looked

    def _go_on(self) -> None:
        """Ctrl-C waits for no guest's end, which is half a minute away."""
        if self._stop.is_set():
            raise LabBroke("interrupted")

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
