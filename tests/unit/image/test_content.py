# SPDX-License-Identifier: GPL-2.0-only
"""The cache holds whole files only."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.image.content import cached, digest, write_atomically


@pytest.fixture(autouse=True)
def a_fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))


def test_a_file_is_made_once() -> None:
    made: list[Path] = []

    def make(draft: Path) -> None:
        made.append(draft)
        draft.write_text("content")

    assert cached("kind", "name", "key", make) == cached("kind", "name", "key", make)
    assert len(made) == 1


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(draft: Path) -> None:
        draft.write_text("half")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        cached("kind", "name", "key", fail)
    assert list((tmp_path / "cache" / "kind").iterdir()) == []


def test_the_key_tells_apart_what_joins_to_the_same_text(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("ab")
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") == digest(b"ab") == digest(tmp_path / "file")


def test_an_atomic_write_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "file", [b"old"])

    def parts() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, parts())
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("file", b"old")]
