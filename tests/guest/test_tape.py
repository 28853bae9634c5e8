# SPDX-License-Identifier: GPL-2.0-only
"""The tape of durability.ko, compiled for the host: events in, whole events out."""

import ctypes
import struct
import subprocess
from pathlib import Path

import pytest

GUEST = Path(__file__).parents[2] / "guest-tests"
HEADERS = [f"-I{GUEST / 'include'}", f"-I{GUEST / 'modules' / 'durability'}"]
FLAGS = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *HEADERS]
WRAPPED = """
#include "tape.h"
void add(struct tape *t, const struct dur_event *event, const void *content) { tape_add(t, event, content); }
size_t whole(const u8 *room, size_t used, size_t limit) { return tape_whole(room, used, limit); }
"""
EVENT = struct.Struct("<IIQQ")  # struct dur_event
FLUSH, FENCE = 0, 1
ROOM = 256


class Words(ctypes.Structure):
    """struct tape."""

    _fields_ = [
        ("room", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("used", ctypes.c_size_t),
        ("lost", ctypes.c_uint64),
    ]


class Tape:
    """A tape of ROOM bytes."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library
        self.room = ctypes.create_string_buffer(b"\xee" * ROOM, ROOM)
        self.words = Words(ctypes.addressof(self.room), ROOM)

    def add(self, kind: int, number: int, content: bytes = b"", place: int = 0) -> None:
        self.library.add(ctypes.byref(self.words), EVENT.pack(kind, len(content), number, place), content)

    def events(self) -> list[tuple[int, int, int, bytes]]:
        data, at, found = self.room.raw[: self.words.used], 0, []
        while at < len(data):
            kind, length, number, place = EVENT.unpack_from(data, at)
            at += EVENT.size
            found.append((kind, number, place, data[at : at + length]))
            at += (length + 7) // 8 * 8
        return found

    def whole(self, limit: int) -> int:
        return int(self.library.whole(self.room, ctypes.c_size_t(self.words.used), ctypes.c_size_t(limit)))


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    (tmp_path / "tape.c").write_text(WRAPPED)
    subprocess.run(["gcc", *FLAGS, "-o", tmp_path / "tape.so", tmp_path / "tape.c"], check=True)
    library = ctypes.CDLL(str(tmp_path / "tape.so"))
    library.whole.restype = ctypes.c_size_t
    return Tape(library)


def test_events_come_out_as_they_went_in(tape: Tape) -> None:
    tape.add(FLUSH, 1, b"thirteen byte", place=0x1000)
    tape.add(FENCE, 1)
    tape.add(FLUSH, 2, b"12345678", place=0x2000)
    assert tape.events() == [(FLUSH, 1, 0x1000, b"thirteen byte"), (FENCE, 1, 0, b""), (FLUSH, 2, 0x2000, b"12345678")]
    assert tape.words.used == 3 * EVENT.size + 16 + 8
    assert tape.room.raw[EVENT.size + 13 : EVENT.size + 16] == bytes(3), "no byte of the kernel's leaks out"


def test_an_event_without_room_is_counted_and_leaves_nothing_of_itself(tape: Tape) -> None:
    tape.add(FLUSH, 1, bytes(200))
    tape.add(FLUSH, 2, bytes(16))
    assert (tape.words.lost, len(tape.events())) == (1, 1)
    tape.add(FENCE, 1)
    assert (tape.words.lost, len(tape.events())) == (1, 2)


def test_an_event_that_just_fits_is_taken(tape: Tape) -> None:
    tape.add(FLUSH, 1, bytes(ROOM - EVENT.size))
    assert (tape.words.lost, tape.words.used) == (0, ROOM)


def test_only_whole_events_are_read(tape: Tape) -> None:
    tape.add(FENCE, 1)
    tape.add(FLUSH, 1, b"12345")
    first, both = EVENT.size, 2 * EVENT.size + 8
    assert [tape.whole(limit) for limit in (0, first - 1, first, both - 1, both, ROOM)] == [
        0,
        0,
        first,
        first,
        both,
        both,
    ]
