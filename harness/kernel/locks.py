# SPDX-License-Identifier: GPL-2.0-only
"""flock(2) on entries of the cache: against a second lab, and against `lab gc`."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.progress import say

POLL_SECONDS = 0.2
_held: dict[Path, int] = {}


@contextmanager
def locked(entry: Path, deadline: Deadline, why: str) -> Iterator[int]:
    """Holds ENTRY.lock alone, and yields its descriptor for children that must hold it on if this process is killed.

    Says ``why`` it waits. Raises LabBroke if the deadline passes first.
    """
    entry.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(entry.with_name(f"{entry.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _wait(handle, deadline, why)
        yield handle
    finally:
        os.close(handle)


def _wait(handle: int, deadline: Deadline, why: str) -> None:
    import time

    told = False
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not told:
                say(f"another lab is at work there: waiting to {why}")
                told = True
            if deadline.passed:
                raise LabBroke(f"another lab holds the lock, no time is left to {why}") from None
            time.sleep(POLL_SECONDS)


def keep(entry: Path) -> None:
    """Marks an entry as used now, and holds a shared lock on it until this process ends: gc leaves it alone."""
    os.utime(entry)
    if entry not in _held:
        _held[entry] = os.open(entry, os.O_RDONLY)
        fcntl.flock(_held[entry], fcntl.LOCK_SH | fcntl.LOCK_NB)
