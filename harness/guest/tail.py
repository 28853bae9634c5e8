# SPDX-License-Identifier: GPL-2.0-only
"""Reads a file that another process is still writing."""

from pathlib import Path
from typing import BinaryIO


class Tail:
    """Hands out what was added to a file since it was last asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None

    def read(self) -> bytes:
        """The new bytes; none if there are none, or no file yet."""
        if self._stream is None:
            if not self._path.exists():
                return b""
            self._stream = self._path.open("rb")
        return self._stream.read()

    def close(self) -> None:
        """Closes the file."""
        if self._stream:
            self._stream.close()


class Lines:
    """Cuts a stream of bytes into whole lines; what has no end of line yet is kept back."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that ``data`` completes, without their ends."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [line.decode("utf-8", "replace").rstrip("\r") for line in whole]
