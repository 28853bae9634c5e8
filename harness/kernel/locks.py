# SPDX-License-Identifier: GPL-2.0-only
"""flock(2) on entries of the cache: against a second lab, and against `lab gc`."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import OutOfTime
from harness.progress import duration, say

POLL_SECONDS = 0.2
_held: dict[Path, int] = {}
_waited = 0.0


@contextmanager
def locked(entry: Path, deadline: Deadline, why: str) -> Iterator[int]:
    """Holds ENTRY.lock alone, and yields its descriptor for children that must hold it on if this process is killed.

    Says ``why`` it waits. Raises OutOfTime if the deadline passes first.
    """
    entry.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(entry.with_name(f"{entry.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _wait(handle, deadline, why)
        yield handle
    finally:
        os.close(handle)


def waited() -> float:
    """Seconds that this process has waited for other labs so far."""
    return _waited


def _wait(handle: int, deadline: Deadline, why: str) -> None:
    global _waited
    if _taken(handle):
        return
    say(f"another lab is at work there: waiting to {why}")
    began, before = time.monotonic(), _waited
    while not _taken(handle):
        if deadline.passed:
            took = f" for the last {duration(_waited - before)}" * (_waited - before >= 1)
            raise OutOfTime(f"another lab was at work there{took}: no time is left to {why}")
        time.sleep(POLL_SECONDS)
        _waited = before + time.monotonic() - began
    say(f"that took {duration(_waited - before)}")


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep(entry: Path) -> None:
    """Marks an entry as used now, and holds a shared lock on it until this process ends: gc leaves it alone."""
    os.utime(entry)
    if entry not in _held:
        _held[entry] = os.open(entry, os.O_RDONLY)
        fcntl.flock(_held[entry], fcntl.LOCK_SH | fcntl.LOCK_NB)
