# SPDX-License-Identifier: GPL-2.0-only
"""Files cached by the content they were made from: never half-written, never stale, safe against a second lab."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from harness import folders

KEY_DIGITS = 20


def digest(*parts: bytes | str | Path) -> str:
    """A hexadecimal key over ``parts``; a Path stands for the bytes of that file."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        total.update(b"%d:" % len(data))
        total.update(data)
    return total.hexdigest()[:KEY_DIGITS]


def cached(kind: str, name: str, key: str, make: Callable[[Path], None]) -> Path:
    """``CACHE/kind/name-key``, made by ``make(temporary path)`` where it does not exist yet.

    Two labs that make it at once both succeed: the bytes are the same and the rename is atomic.
    """
    folder = folders.cache() / kind
    wanted = folder / f"{name}-{key}"
    if wanted.exists():
        os.utime(wanted)
        return wanted
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as scratch:
        draft = Path(scratch) / "draft"
        make(draft)
        draft.replace(wanted)
    return wanted


def write_atomically(path: Path, parts: Iterable[bytes]) -> Path:
    """Writes ``parts`` to ``path`` by way of a temporary file beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            stream.writelines(parts)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
