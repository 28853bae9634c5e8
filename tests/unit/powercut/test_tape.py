# SPDX-License-Identifier: GPL-2.0-only
"""What is durable and what is pending, from the records of the tape."""

import json
from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.powercut.tape import Mark, Tape, Word, content, promise
from tests.fakes.media import flushed, template
from tests.fakes.records import line

A = 0


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    return Tape(template(tmp_path))


def play(tape: Tape, *records: str) -> None:
    for text in records:
        row = json.loads(text)
        getattr(tape, row["t"])(row)


def fence(number: int) -> str:
    return line("fence", n=number)


def mark(number: int) -> str:
    return line("mark", n=number)


def test_a_flush_is_pending_until_a_fence_that_covers_it_has_ended(tape: Tape) -> None:
    play(tape, flushed(1, 0, b"one"), flushed(2, 64, b"two"), fence(1))
    assert tape.pages[0][:3] == b"one"
    assert tape.pages[0][64:67] == bytes(3)
    assert [each.number for each in tape.pending] == [2]
    play(tape, fence(2))
    assert tape.pages[0][64:67] == b"two"
    assert tape.pending == []


def test_what_came_before_the_schedule_is_on_the_medium_but_no_moment(tape: Tape) -> None:
    play(tape, flushed(1, 0, b"mount"), fence(1), mark(Mark.BEGIN), mark(Mark.REST))
    assert [each.name for each in tape.moments] == ["all actors are at rest"]
    assert tape.moments[0].pages[0][:5] == b"mount"


def test_moments_lie_before_fences_and_behind_syncs(tape: Tape) -> None:
    play(tape, mark(Mark.BEGIN), fence(0), flushed(1, 0, b"x"), fence(1), mark(A), mark(Mark.REST))
    play(tape, flushed(2, 0, b"y"), mark(Mark.FURTHER), fence(2), mark(A))
    assert [(each.name, len(each.pending), each.returned) for each in tape.moments] == [
        ("before fence 1 ends", 1, ()),
        ("the sync of A has returned", 0, (A,)),
        ("all actors are at rest", 0, (A,)),
        ("the sync of the lab, after the schedule, has returned", 1, (A, Mark.FURTHER)),
    ]


def test_a_moment_does_not_change_with_what_comes_later(tape: Tape) -> None:
    play(tape, mark(Mark.BEGIN), flushed(1, 0, b"old"), fence(1), mark(A), flushed(2, 0, b"new"), fence(2))
    assert tape.moments[1].pages[0][:3] == b"old"
    assert tape.pages[0][:3] == b"new"


def test_a_new_schedule_forgets_the_moments_and_syncs_of_the_last_but_not_the_medium(tape: Tape) -> None:
    play(tape, mark(Mark.BEGIN), flushed(1, 0, b"kept"), fence(1), mark(A), mark(Mark.BEGIN), mark(Mark.REST))
    assert [each.returned for each in tape.moments] == [()]
    assert tape.moments[0].pages[0][:4] == b"kept"


def test_everything_is_the_medium_with_all_that_is_pending(tape: Tape) -> None:
    play(tape, flushed(1, 0, b"pending"))
    assert tape.everything()[0][:7] == b"pending"
    assert tape.pages == {}


def test_a_flush_of_another_device_does_not_count(tape: Tape) -> None:
    play(tape, flushed(1, 2 << 20, b"x"))
    assert tape.pending == []


def test_flushes_out_of_order_are_the_labs_fault(tape: Tape) -> None:
    with pytest.raises(LabBroke, match="flush 2 follows 2"):
        play(tape, flushed(2, 0, b"x"), flushed(2, 0, b"x"))


def test_content_comes_in_pieces_with_zeros_between(tape: Tape) -> None:
    assert content(" 0:6162 6:63", 8) == b"ab\0\0\0\0c\0"
    assert content("", 4) == bytes(4)
    with pytest.raises(ValueError, match="at 3 of 4"):
        content(" 3:6162", 4)


def test_a_promise_names_its_sync_its_file_and_its_words() -> None:
    row = json.loads(line("promise", mark=1, file="file0", size=-1, w=[[64, 1, 9, 0], [576, 0, 8, 8]]))
    found = promise(row, ("write-fault", "msync"))
    assert (found.who, found.file, found.size) == ("B: msync", "file0", -1)
    assert found.words == (Word(64, True, 9, 0), Word(576, False, 8, 8))


def test_the_promise_of_the_further_fsync_is_nobodys() -> None:
    row = json.loads(line("promise", mark=Mark.FURTHER, file="file0", size=4096, w=[]))
    assert promise(row, ("write-fault", "msync")).who == "-: a further fsync"
