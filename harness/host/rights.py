# SPDX-License-Identifier: GPL-2.0-only
"""What the user must be allowed to do, and how much room there is."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import folders
from harness.config.units import size_text

# One kernel tree being built, both kernels of a pair and the images: 3.6 GB measured, rounded up.
ROOM = 6 << 30
MEMORY = 2 << 30


@dataclass(frozen=True)
class Right:
    """One right: ``needed`` False means that the lab works without it."""

    name: str
    fine: bool
    says: str
    needed: bool = True


def rights() -> list[Right]:
    """Every right the lab can use, and whether the user has it."""
    return [_writable("cache", folders.cache()), _writable("runs", folders.runs()), _room(), _memory(), _kvm()]


def _nearest(path: Path) -> Path:
    """The path, or the first folder above it that exists."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())


def _writable(name: str, folder: Path) -> Right:
    there = _nearest(folder)
    fine = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return Right(
        f"write to {name}", fine, str(folder) if fine else f"{there} cannot be written: set LAB_{name.upper()}"
    )


def _room() -> Right:
    free = shutil.disk_usage(_nearest(folders.cache())).free
    return Right("room in cache", free >= ROOM, f"{size_text(free)} free, {size_text(ROOM)} needed by a first run")


def _memory() -> Right:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Right("memory", size >= MEMORY, f"{size_text(size)}, {size_text(MEMORY)} needed")


def _kvm() -> Right:
    device = Path("/dev/kvm")
    if not device.exists():
        return Right("KVM", False, "not there: stress runs by emulation, sweeps always do", needed=False)
    if not os.access(device, os.R_OK | os.W_OK):
        return Right("KVM", False, "/dev/kvm is closed to you (group kvm): stress runs by emulation", needed=False)
    return Right("KVM", True, "/dev/kvm opens; whether a guest runs on it is tried before it is used", needed=False)
