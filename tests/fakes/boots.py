# SPDX-License-Identifier: GPL-2.0-only
"""Guests of the scripted QEMU, each boot with a script of its own, and the jobs that they were given."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.deadline import Deadline
from harness.guest import early, runner
from harness.guest.runner import Guest

QEMU = Path(__file__).parent / "qemu-boots"


@dataclass(frozen=True)
class Boots:
    """The scripts of one kernel's boots, in the folder that a subject's kernel lies in."""

    folder: Path

    def follow(self, scripts: Sequence[str], batch: str = "") -> None:
        """The N-th boot of this kernel (or of one batch on it) does what the N-th script says."""
        for number, script in enumerate(scripts):
            name = f"bzImage.{batch}.{number}" if batch else f"bzImage.{number}"
            (self.folder / name).write_text(script)

    def count(self) -> int:
        """Boots so far."""
        return len(list(self.folder.glob("bzImage.*.initramfs")))

    def job(self, boot: int | str) -> list[str]:
        """Lines of the job that this boot was given: a number, or BATCH.NUMBER."""
        put = self.folder / f"bzImage.{boot}.job"  # over SSH
        given = put if put.exists() else self.folder / f"bzImage.{boot}.initramfs"
        data = given.read_bytes().replace(b"\0", b"\n")
        lines = data.decode("latin-1").splitlines()
        first = next(at for at, text in enumerate(lines) if text.startswith("build-id "))
        return [text for text in lines[first:] if text.split(" ")[0] in KEYS]


KEYS = ("build-id", "points", "resume", "known", "flush", "only", "races", "cpus", "seed", "seconds", "scenario",
        "atomic-stops")  # fmt: skip


def until_recorded(records: Path, text: str) -> Deadline:
    """A deadline that passes when the guest of this file has written ``text``, however slow the host is."""
    return Deadline(1.0, lambda: float(records.is_file() and text in records.read_text()))


def scripted_qemu(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for QEMU to end by itself, or long for a guest that says nothing; `qemu-system-x86_64` is fake."""
    monkeypatch.setattr(runner, "GRACE", 0.05)
    monkeypatch.setattr(early, "QUIET", 0.5)
    monkeypatch.setattr(Guest.__init__, "__defaults__", (5.0,))
    programs = folder / "programs"
    programs.mkdir()
    (programs / "qemu-system-x86_64").symlink_to(QEMU)
    monkeypatch.setenv("PATH", f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin")
