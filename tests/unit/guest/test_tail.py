# SPDX-License-Identifier: GPL-2.0-only
"""Reading what another process still writes."""

from pathlib import Path

from harness.guest.tail import Lines, Tail


def test_a_tail_hands_out_only_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    tail = Tail(path)
    assert tail.read() == b""
    path.write_bytes(b"one")
    assert (tail.read(), tail.read()) == (b"one", b"")
    with path.open("ab") as stream:
        stream.write(b"two")
    assert tail.read() == b"two"
    tail.close()


def test_lines_come_out_whole_however_they_were_cut() -> None:
    lines = Lines()
    assert [lines.feed(part) for part in (b"o", b"ne\ntw", b"o\r\n\nthree")] == [[], ["one"], ["two", ""]]
