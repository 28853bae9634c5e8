# SPDX-License-Identifier: GPL-2.0-only
"""Crash images as files, and a guest's medium held against its tape."""

from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.image.fsdax import DATA_OFFSET
from harness.powercut.images import TAIL, bare_template, compare, is_store, write_image
from harness.powercut.medium import PAGE, Template
from tests.fakes.media import template


def page(text: bytes) -> bytes:
    return text.ljust(PAGE, b"\0")


def test_an_image_is_the_file_system_with_the_pages_and_a_stamp_behind_it(tmp_path: Path) -> None:
    medium = template(tmp_path, b"first")
    bare = bare_template(medium, tmp_path / "bare")
    data = write_image(bare, {3: page(b"third")}, tmp_path / "image", 77).read_bytes()
    assert len(data) == medium.size + TAIL
    assert data[:5] == b"first"
    assert data[3 * PAGE : 3 * PAGE + 5] == b"third"
    assert int.from_bytes(data[-8:], "little") == 77
    assert data[medium.size : -8].strip(b"\0") == b""
    assert bare.read_bytes()[3 * PAGE : 4 * PAGE] == bytes(PAGE)


def real(medium: Template, at: int, data: bytes) -> Path:
    """A guest's medium that differs from the template in ``data`` at ``at``."""
    path = medium.path.with_name("real")
    path.write_bytes(medium.path.read_bytes())
    with path.open("r+b") as stream:
        stream.seek(DATA_OFFSET + at)
        stream.write(data)
    return path


def test_a_medium_that_the_tape_explains_is_fine(tmp_path: Path) -> None:
    medium = template(tmp_path)
    compare(real(medium, PAGE, b"metadata"), medium, {1: page(b"metadata")})


def test_what_no_probe_saw_is_the_labs_fault(tmp_path: Path) -> None:
    medium = template(tmp_path)
    with pytest.raises(LabBroke, match=r"at 0x1008 there is 6d65746164617461, the tape says 0{16}"):
        compare(real(medium, PAGE + 8, b"metadata"), medium, {})


def test_what_the_tape_alone_has_is_the_labs_fault_too(tmp_path: Path) -> None:
    medium = template(tmp_path)
    with pytest.raises(LabBroke, match="the tape says 6d65746164617461"):
        compare(real(medium, 0, b"template"), medium, {1: page(b"metadata")})


@pytest.mark.parametrize(("value", "expected"), [
    (0x482, True), (0x1081, True), (0x0A0D000000000004, True), (0x485, False), (0, False), (0x0102030405060781, False),
])  # fmt: skip
def test_only_an_actors_store_may_be_missing_on_the_tape(value: int, expected: bool, tmp_path: Path) -> None:
    word = value.to_bytes(8, "little")
    assert is_store(word) is expected
    medium = template(tmp_path, b"")
    if value and not expected:
        with pytest.raises(LabBroke):
            compare(real(medium, PAGE, word), medium, {})
    else:
        compare(real(medium, PAGE, word), medium, {})
