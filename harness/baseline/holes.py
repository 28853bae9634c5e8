# SPDX-License-Identifier: GPL-2.0-only
"""The baseline's test in a guest: threads fault a file's holes in at once, by chance alone (guest-tests/baseline)."""

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

from harness.collect.dmesg import findings
from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.errors import KernelFailed, LabBroke
from harness.folders import PROJECT
from harness.guest.session import Wish, session
from harness.guest.ssh import Shell, put
from harness.image.racer import build_racer
from harness.kernel.artefacts import Kernel

SOURCES = PROJECT / "guest-tests" / "baseline"
FILE = "/mnt/holes"
PAGES = 64  # of 4 KiB, as many as stress has windows in a file
HANG_SECONDS = 300.0  # a thousand rounds take some seconds


@dataclass(frozen=True)
class Holes:
    """What the rounds showed, in pages: ``lost`` a store, ``differ`` from read(2), got ``sigbus``.

    ``seconds`` are of the guest. ``splats``: what the kernel's log complained of. ``died``: why the test did not come
    to its end, "" if it did: then the counts are all 0.
    """

    rounds: int
    pages: int
    threads: int
    lost: int = 0
    differ: int = 0
    sigbus: int = 0
    seconds: float = 0.0
    splats: tuple[str, ...] = ()
    died: str = ""

    @property
    def found(self) -> bool:
        """Whether it showed anything at all."""
        return bool(self.lost or self.differ or self.sigbus or self.splats or self.died)


def test_holes(kernel: Kernel, guest: GuestSpec, rounds: int, threads: int, folder: Path, deadline: Deadline) -> Holes:
    """Boots the kernel and runs the test; console.log stays in ``folder``.

    Raises LabBroke where the lab is at fault, KernelFailed if the kernel does not boot.
    """
    folder.mkdir(parents=True)
    wish = Wish(
        kernel=kernel.bzimage, memory=guest.memory_bytes, cpus=guest.cpus, nvdimm=guest.nvdimm.size_bytes,
        filesystem=guest.filesystem, machine=guest.machine,
    )  # fmt: skip
    with session(wish, folder) as shell:
        put(shell, build_racer(SOURCES), "/run/holes")
        told = _run(shell, Holes(rounds, PAGES, threads), deadline)
    log = (folder / "console.log").read_text(encoding="utf-8", errors="replace")
    return replace(told, splats=tuple(each.title for each in findings(log)))


def _run(shell: Shell, asked: Holes, deadline: Deadline) -> Holes:
    """What the program told, or why it told nothing."""
    limit, out, err = deadline.sooner(HANG_SECONDS), io.BytesIO(), io.BytesIO()
    try:
        status = shell.run(f"/run/holes {FILE} {asked.pages} {asked.threads} {asked.rounds}", out, err, deadline=limit)
    except KernelFailed as error:
        return replace(asked, died=str(error).partition("\n")[0])
    except LabBroke:
        if limit.passed and not deadline.passed:
            return replace(asked, died=f"it did not end within {HANG_SECONDS:.0f} s")
        raise
    if status:
        return replace(asked, died=f"status {status}: {err.getvalue().decode('utf-8', 'replace').strip()}")
    told = json.loads(out.getvalue())
    return replace(asked, **{name: told[name] for name in ("lost", "differ", "sigbus", "seconds")})
