# SPDX-License-Identifier: GPL-2.0-only
"""One stress guest: booted to be spoken to; its job is put, run and read back over SSH."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine.guests import furnished, guest_plan, supplies
from harness.errors import KernelFailed, LabBroke
from harness.guest.end import GuestEnd
from harness.guest.keys import KeyPair
from harness.guest.plan import Accelerator
from harness.guest.runner import Guest
from harness.guest.session import BOOT_SECONDS, free_port
from harness.guest.ssh import ConnectionLost, Shell, connect, get, put
from harness.guest.tail import Lines
from harness.kernel.artefacts import Kernel
from harness.progress import say
from harness.sweep.job import Job

TAGS = "dirty-tags"
JOB = "/run/job"


@dataclass(frozen=True)
class StressBoot:
    """What a guest is made of, and where its files go."""

    kernel: Kernel
    guest: GuestSpec
    folder: Path
    accelerator: Accelerator


@dataclass(frozen=True)
class Raced:
    """How a guest's races ended: ``end`` where the guest did, else the racer's ``status`` and its last words."""

    end: GuestEnd | None
    status: int = 0
    said: str = ""


def race_in_guest(boot: StressBoot, job: Job, take: Callable[[str], None], deadline: Deadline) -> Raced:
    """Boots, races ``job`` and gives each record to ``take``; console, records and dmesg stay in the folder.

    Raises ConnectionLost if the guest lives but cannot be heard, LabBroke if it was never reached, and what ``take``
    raises. A guest that ends is no error here: ``Raced.end`` says how.
    """
    with StressGuest(boot) as guest:
        return guest.race(job, take, deadline, collect=True)


class StressGuest:
    """A guest that races one job after the other; it boots with the first."""

    def __init__(self, boot: StressBoot) -> None:
        """Makes the boot's folder."""
        boot.folder.mkdir(parents=True)
        self.boot, self.jobs = boot, 0
        self.shell: Shell | None = None
        self._guest: Guest | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def race(self, job: Job, take: Callable[[str], None], deadline: Deadline, collect: bool = False) -> Raced:
        """As race_in_guest(), with dmesg if ``collect``.

        Behind the first job each has a folder of its own in the guest, as files of the last may remain.
        """
        path = self.boot.folder / (f"job-{self.jobs}" if self.jobs else "job")
        path.write_bytes(job.files()["job"])
        place = f"/mnt/{self.jobs}" if self.jobs else "/mnt"
        self.jobs += 1
        errors = io.BytesIO()
        try:
            guest, shell = self._booted(deadline)
            shell.output(f"mkdir -p {place}")
            put(shell, path, JOB)
            status = shell.run(f"LAB_FOLDER={place} racer {JOB}", Feed(guest, take), errors, deadline=deadline)
            if collect:
                _collect_dmesg(shell, self.boot.folder / "dmesg")
        except (KernelFailed, LabBroke):
            # The console and QEMU say whether the guest has ended and of what; the connection only that it is gone.
            ended = self._guest.end if self._guest else None
            if ended is None or _never_reached(ended, deadline):
                raise
            return Raced(ended)
        return Raced(None, status, errors.getvalue().decode("utf-8", "replace").strip())

    def _booted(self, deadline: Deadline) -> tuple[Guest, Shell]:
        if self._guest is None or self.shell is None:
            host, client = KeyPair.generate(), KeyPair.generate()
            self._guest = self._stack.enter_context(_guest(self.boot, host, client))
            self.shell = connect(self._guest, host, client, deadline.sooner(BOOT_SECONDS))
        self._guest.heard()  # between jobs it is silent because nothing was asked of it
        return self._guest, self.shell


class Feed(io.BytesIO):
    """Takes the racer's output: whole lines go to ``take``, all of it to the guest's file of records."""

    def __init__(self, guest: Guest, take: Callable[[str], None]) -> None:
        super().__init__()
        self._guest, self._take, self._lines = guest, take, Lines()

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """A record is a sign of life, and all there is while the console is quiet."""
        self._guest.heard()
        with self._guest.plan.records.open("ab") as kept:
            kept.write(data)
        for line in self._lines.feed(bytes(data)):
            self._take(line)
        return len(data)


def _never_reached(end: GuestEnd, deadline: Deadline) -> bool:
    """A boot that takes too long ends by its own deadline, with the run's not passed."""
    return end.kind == "timeout" and not deadline.passed


def _collect_dmesg(shell: Shell, path: Path) -> None:
    """The whole log, also of what was kept from the console. Without it the records' part of it is still there."""
    try:
        shell.output("dmesg >/run/dmesg")
        get(shell, "/run/dmesg", path)
    except ConnectionLost as error:
        say(f"dmesg was not collected: {error}")


@contextmanager
def _guest(boot: StressBoot, host: KeyPair, client: KeyPair) -> Iterator[Guest]:
    store = supplies(boot.guest, network=True)
    plan = guest_plan("ssh", boot.guest, boot.kernel.bzimage, boot.folder, boot.accelerator)
    with (
        furnished(plan, store, _files(boot.kernel, host, client)) as ready,
        Guest(replace(ready, ssh_port=free_port())) as guest,
    ):
        yield guest


def _files(kernel: Kernel, host: KeyPair, client: KeyPair) -> dict[str, bytes]:
    """dirty-tags alone: it needs no probe, and stress runs without any. The racer says so where it is missing."""
    files = {"etc/dropbear/host_key": host.dropbear(), "root/.ssh/authorized_keys": client.openssh_public().encode()}
    return files | {f"modules/{name}.ko": path.read_bytes() for name, path in kernel.modules.items() if name == TAGS}
