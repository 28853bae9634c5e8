# SPDX-License-Identifier: GPL-2.0-only
"""Guests of the scripted QEMU, each boot with a script of its own, and the jobs that they were given."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.engine.guests import Supplies
from harness.guest import runner
from harness.guest.runner import Guest

QEMU = Path(__file__).parents[2] / "fakes" / "qemu-boots"


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
        data = (self.folder / f"bzImage.{boot}.initramfs").read_bytes().replace(b"\0", b"\n")
        lines = data.decode("latin-1").splitlines()
        first = next(at for at, text in enumerate(lines) if text.startswith("build-id "))
        return [text for text in lines[first:] if text.split(" ")[0] in KEYS]


KEYS = ("build-id", "points", "resume", "only", "races", "cpus", "seed", "scenario")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test waits for QEMU to end by itself, or long for a guest that says nothing; `qemu-system-x86_64` is fake."""
    monkeypatch.setattr(runner, "GRACE", 0.05)
    monkeypatch.setattr(Guest.__init__, "__defaults__", (5.0,))
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "qemu-system-x86_64").symlink_to(QEMU)
    monkeypatch.setenv("PATH", f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin")


@pytest.fixture
def boots(tmp_path: Path) -> Boots:
    """One kernel's boots."""
    folder = tmp_path / "kernel"
    folder.mkdir()
    return Boots(folder)


@pytest.fixture
def supplies(tmp_path: Path) -> Supplies:
    """A base archive and an image that are good enough for a QEMU that reads neither."""
    base, template = tmp_path / "base.cpio", tmp_path / "template"
    base.write_bytes(b"")
    template.write_bytes(b"pmem")
    return Supplies(base, template)


@pytest.fixture
def guest() -> GuestSpec:
    """The default guest."""
    return GuestSpec()
