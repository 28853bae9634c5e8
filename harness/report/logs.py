# SPDX-License-Identifier: GPL-2.0-only
"""Beginning and end of each kernel's log, of which a guest can make as much as it likes."""

from pathlib import Path

PIECE = 12_000  # bytes of the beginning, and of the end
LINE = 240  # characters
FILES = 8


def excerpts(folder: Path) -> dict[str, str]:
    """By name the logs of a run's dmesg folder, cut; at most two pieces of each file are ever read."""
    files = sorted(folder.glob("*.log"))[:FILES] if folder.is_dir() else []
    return {file.stem: _excerpt(file) for file in files}


def _excerpt(file: Path) -> str:
    size = file.stat().st_size
    with file.open("rb") as stream:
        if size <= 2 * PIECE:
            return _text(stream.read(2 * PIECE))
        begin = stream.read(PIECE).rpartition(b"\n")[0] or b""
        stream.seek(size - PIECE)
        end = stream.read(PIECE).partition(b"\n")[2]
    left_out = size - len(begin) - len(end)
    return f"{_text(begin)}\n... {left_out:,} bytes left out, all of it is in dmesg/{file.name} ...\n{_text(end)}"


def _text(data: bytes) -> str:
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    return "\n".join(line if len(line) <= LINE else f"{line[:LINE]}..." for line in lines).rstrip("\n")
