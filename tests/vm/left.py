# SPDX-License-Identifier: GPL-2.0-only
"""Guests that nobody ended: read from /proc, as a minimal Debian has no pgrep."""

from pathlib import Path


def qemu_left(place: Path) -> list[str]:
    """The command lines of every QEMU that has a file under ``place``."""
    lines = (_command_line(process) for process in Path("/proc").glob("[0-9]*"))
    return [line for line in lines if "qemu" in line and str(place) in line]


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):  # it has ended since
        return ""
