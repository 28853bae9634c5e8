# SPDX-License-Identifier: GPL-2.0-only
"""The tape of one guest, played on the host: what is durable and what is pending at each moment worth a power cut.

Its records are those of guest-tests/racer/tape.c: flushes, fences and marks in the order in which they happened, from
before the mount on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from harness.errors import LabBroke
from harness.powercut.medium import Flush, Pages, Template, store

Row = dict[str, Any]


class Mark(IntEnum):
    """enum mark of guest-tests/racer/racer.h; below BEGIN: a sync of that actor has returned."""

    BEGIN = 4
    REST = 5
    FURTHER = 6


@dataclass(frozen=True)
class Word:
    """A watched word of the file; ``value`` is what it must be if it was promised."""

    offset: int
    promised: bool
    value: int
    old: int


@dataclass(frozen=True)
class Promise:
    """What a sync that has returned promised of a file: its name, its size (-1: nothing) and its words."""

    who: str
    file: str
    size: int
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Moment:
    """When the power is cut: what is durable then, what is pending, and whose syncs have returned."""

    name: str
    pages: Pages
    pending: tuple[Flush, ...]
    returned: tuple[int, ...]


class Tape:
    """Plays a guest's records; ``moments`` are those of the schedule that was begun last."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.pages: Pages = {}
        self.pending: list[Flush] = []
        self.moments: list[Moment] = []
        self._returned: list[int] = []
        self._playing = False
        self._fences = 0
        self._last = 0

    def flush(self, row: Row) -> None:
        """Something was flushed. Raises LabBroke for a flush that is out of order: one was lost."""
        if row["n"] <= self._last:
            raise LabBroke(f"the tape is out of order: flush {row['n']} follows {self._last}")
        if row["a"] + row["l"] > self.template.size:
            return  # another device
        self._last = row["n"]
        self.pending.append(Flush(row["n"], row["a"], content(row["d"], row["l"])))

    def fence(self, row: Row) -> None:
        """A fence has ended: all up to its number is durable. The moment before is one worth a cut."""
        if self._playing and self.pending:
            self._fences += 1
            self._keep(f"before fence {self._fences} ends")
        for flush in (each for each in self.pending if each.number <= row["n"]):
            store(self.pages, self.template, flush.offset, flush.data)
        self.pending = [each for each in self.pending if each.number > row["n"]]

    def mark(self, row: Row) -> None:
        """The racer's mark."""
        number = row["n"]
        if number == Mark.BEGIN:
            self.moments, self._returned, self._fences, self._playing = [], [], 0, True
        elif number == Mark.REST:
            self._keep("all actors are at rest")
        elif self._playing:
            self._returned.append(number)
            self._keep(f"the sync of {who(number)} has returned")
            self._playing = number != Mark.FURTHER

    def everything(self) -> Pages:
        """The medium if all that was flushed has reached it."""
        pages = dict(self.pages)
        for flush in self.pending:
            store(pages, self.template, flush.offset, flush.data)
        return pages

    def _keep(self, name: str) -> None:
        self.moments.append(Moment(name, dict(self.pages), tuple(self.pending), tuple(self._returned)))


def who(mark: int) -> str:
    """Whose sync a mark is of."""
    return "the lab, after the schedule," if mark == Mark.FURTHER else "ABCD"[mark]


def content(pieces: str, length: int) -> bytes:
    """The bytes that the racer wrote as pieces OFFSET:HEX, all else being zero. Raises ValueError for none."""
    data = bytearray(length)
    for piece in pieces.split():
        at, _, digits = piece.partition(":")
        part = bytes.fromhex(digits)
        if int(at) + len(part) > length:
            raise ValueError(f"a piece of {len(part)} bytes at {at} of {length}")
        data[int(at) : int(at) + len(part)] = part
    return bytes(data)


def promise(row: Row, operations: Sequence[str]) -> Promise:
    """A promise's record; ``operations`` are those of the actors. Whose it is reads as in the oracle's sentences."""
    mark = row["mark"]
    whose = "-: a further fsync" if mark == Mark.FURTHER else f"{who(mark)}: {operations[mark]}"
    words = tuple(Word(offset, bool(promised), value, old) for offset, promised, value, old in row["w"])
    return Promise(whose, row["file"], row["size"], words)
