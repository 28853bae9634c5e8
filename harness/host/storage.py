# SPDX-License-Identifier: GPL-2.0-only
"""What the cache holds, and how it is made smaller without pulling anything from under a running lab.

An entry is CACHE/KIND/NAME. It is in use while anybody holds a flock on it, on NAME.lock beside it, or on one of
the files ``lock`` and ``.lock`` in it.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

LOCK_SUFFIX = ".lock"
LOCKS_WITHIN = ("lock", ".lock")
# Drafts begin with a dot; one this old was left by a lab that was killed.
STALE_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Entry:
    """One thing in the cache: ``size`` in bytes on disk, ``used`` in seconds since the epoch."""

    path: Path
    size: int
    used: float

    @property
    def name(self) -> str:
        """KIND/NAME."""
        return "/".join(self.path.parts[-2:])


def entries(cache: Path) -> list[Entry]:
    """Everything in the cache, that which was used longest ago first; drafts only when they are stale."""
    found = [Entry(path, _size(path), path.lstat().st_mtime) for path in _paths(cache)]
    return sorted(found, key=lambda entry: (entry.used, entry.name))


def _paths(cache: Path) -> Iterator[Path]:
    for kind in sorted(cache.iterdir()) if cache.is_dir() else []:
        for path in sorted(kind.iterdir()) if kind.is_dir() else []:
            stale = time.time() - path.lstat().st_mtime > STALE_SECONDS
            if path.suffix != LOCK_SUFFIX and (not path.name.startswith(".") or stale):
                yield path


def surplus(found: Sequence[Entry], most: int) -> list[Entry]:
    """Those to remove, oldest first, so that the rest takes ``most`` bytes or less. Stale drafts always go."""
    chosen, total = [], sum(entry.size for entry in found)
    for entry in found:
        if total > most or entry.path.name.startswith("."):
            chosen.append(entry)
            total -= entry.size
    return chosen


def remove(entry: Entry) -> bool:
    """Removes an entry, or returns False because it is in use. It disappears whole: what is left of a removal that
    was killed looks like no entry."""
    with ExitStack() as stack:
        if not all(_lock(path, stack) for path in _lock_places(entry.path)):
            return False
        gone = entry.path.with_name(f".removing-{entry.path.name}-{os.getpid()}")
        with suppress(FileNotFoundError):  # another gc was faster
            entry.path.rename(gone)
        _delete(gone)
    return True


def in_use(entry: Entry) -> bool:
    """Whether somebody holds a lock of the entry now."""
    with ExitStack() as stack:
        return not all(_lock(path, stack) for path in _lock_places(entry.path))


def _lock_places(path: Path) -> list[Path]:
    places = [path.with_name(path.name + LOCK_SUFFIX), path, *(path / name for name in LOCKS_WITHIN)]
    return [place for place in places if place.exists() and not place.is_symlink()]


def _lock(path: Path, stack: ExitStack) -> bool:
    handle = os.open(path, os.O_RDONLY)
    stack.callback(os.close, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    """Bytes on disk: images are sparse, and a file with two names in the entry counts once."""
    files = [path, *path.rglob("*")] if path.is_dir() and not path.is_symlink() else [path]
    blocks: dict[tuple[int, int], int] = {}
    for file in files:
        with suppress(FileNotFoundError):
            status = file.lstat()
            blocks[status.st_dev, status.st_ino] = status.st_blocks
    return 512 * sum(blocks.values())
