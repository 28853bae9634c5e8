# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of a crash image once a kernel has mounted it, and what is wrong where it does not."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.collect import dmesg
from harness.powercut.images import STORED
from harness.powercut.reboot import Rebooted
from harness.powercut.tape import Promise, Word


class Fault(StrEnum):
    """What is wrong with an image."""

    CRASH = "crash"  # the kernel died of mounting it
    MOUNT = "mount"  # it cannot be mounted or unmounted
    LOG = "log"  # the kernel complains of it
    FSCK = "fsck"  # the file system's own checker does
    MISSING = "missing"  # a file that a sync promised is not there
    SIZE = "size"  # it has another size
    LOST = "lost"  # bytes that a sync promised are not there
    STALE = "stale"  # a word that was not promised is neither zero, nor old, nor what was stored


@dataclass(frozen=True)
class Wrong:
    """One fault, in a sentence."""

    fault: Fault
    detail: str


def of_image(seen: Rebooted, fsck: str) -> list[Wrong]:
    """What is wrong whatever was promised; ``fsck`` is the checker's output, "" if it found nothing."""
    found = []
    if seen.died:
        found.append(Wrong(Fault.CRASH, f"the kernel died of mounting the image: {seen.died}"))
    if seen.mount:
        found.append(Wrong(Fault.MOUNT, f"the image cannot be mounted: {os.strerror(seen.mount)}"))
    if seen.umount:
        found.append(Wrong(Fault.MOUNT, f"the image cannot be unmounted: {os.strerror(seen.umount)}"))
    found += [Wrong(Fault.LOG, finding.title) for finding in dmesg.findings("\n".join(seen.log))]
    if fsck:
        found.append(Wrong(Fault.FSCK, fsck))
    return found


def of_promises(seen: Rebooted, promises: Sequence[Promise]) -> list[Wrong]:
    """What is wrong with the file, held against what returned syncs promised.

    Nothing can be said of an image that was not mounted.
    """
    if seen.died or seen.mount:
        return []
    found: dict[Wrong, None] = {}
    for promise in promises:
        found.update(dict.fromkeys(_of_promise(seen, promise)))
    return list(found)


def _of_promise(seen: Rebooted, promise: Promise) -> list[Wrong]:
    whose = f"{promise.who} has returned"  # as guest-tests/racer/oracle.c says it: what is documented goes for both
    if seen.open:
        return [Wrong(Fault.MISSING, f"{whose}, {promise.file} cannot be opened: {os.strerror(seen.open)}")]
    found = []
    if promise.size >= 0 and seen.size != promise.size:
        found.append(Wrong(Fault.SIZE, f"{whose}, {promise.file} has {seen.size} bytes instead of {promise.size}"))
    for word, value in zip(promise.words, seen.words, strict=True):
        found += _of_word(word, value, whose)
    return found


def _of_word(word: Word, value: int, whose: str) -> list[Wrong]:
    if word.promised and value != word.value:
        detail = f"{whose}, {_what(word)} at file offset {word.offset:#x} is lost: {_named(value)}, not {word.value:#x}"
        return [Wrong(Fault.LOST, detail)]
    if not word.promised and value >= 0 and value not in (0, word.old, word.value):
        return [Wrong(Fault.STALE, f"{whose}, file offset {word.offset:#x} shows {_named(value)}")]
    return []


def _what(word: Word) -> str:
    return "old data" if word.value == word.old else f"the store of {'ABCD'[STORED.index(word.value & 0xFF)]}"


def _named(value: int) -> str:
    return "there is nothing to be read" if value < 0 else f"there is {value:#x}"
