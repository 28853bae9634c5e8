# SPDX-License-Identifier: GPL-2.0-only
"""A small medium, records of the tape, and what a guest that mounts crash images says."""

from pathlib import Path
from typing import Any

from harness.image.fsdax import DATA_OFFSET
from harness.powercut.medium import PAGE, Flush, Template
from harness.powercut.recorder import Cut
from harness.powercut.tape import Moment, Promise, Word
from tests.fakes.records import line

PAGES = 512  # 2 MiB


def template(folder: Path, first: bytes = b"template") -> Template:
    """A device whose first page begins with ``first``."""
    path = folder / "template"
    with path.open("wb") as stream:
        stream.truncate(DATA_OFFSET + PAGES * PAGE)
        stream.seek(DATA_OFFSET)
        stream.write(first)
    return Template(path)


def flush(number: int, offset: int, data: bytes) -> Flush:
    """A flush as the tape keeps it."""
    return Flush(number, offset, data)


def flushed(number: int, offset: int, data: bytes) -> str:
    """The record of a flush."""
    return line("flush", n=number, a=offset, l=len(data), d=f" 0:{data.hex()}")


def promise(value: int = 0x482, promised: bool = True, **more: Any) -> Promise:
    """What A's sync promised of one word."""
    given: dict[str, Any] = {"who": "A: fsync", "file": "file0", "size": 4096}
    return Promise(**given | more, words=(Word(64, promised, value, 7),))


def moment(
    name: str = "m", pending: tuple[Flush, ...] = (), returned: tuple[int, ...] = (0,),
    pages: dict[int, bytes] | None = None,
) -> Moment:  # fmt: skip
    """A moment of a schedule."""
    return Moment(name, pages or {}, pending, returned)


def cut(*moments: Moment, schedule: str = "AB", scenario: str = "fsync-write", flagged: bool = False) -> Cut:
    """A schedule to be cut; A's sync promises one word."""
    return Cut(scenario, schedule, schedule.count("#"), flagged, moments, {0: promise()})
