# SPDX-License-Identifier: GPL-2.0-only
"""The same files are the same bytes, and what comes out of a stranger's archive is plain files in one folder."""

import errno
import io
import os
import tarfile
from pathlib import Path

import pytest

from harness.bundle import archive
from harness.bundle.archive import MANIFEST, Manifest, unpack, write_archive
from harness.errors import BadInput, LabBroke

GOOD = Manifest(("a" * 64,), ("key",))


def test_what_was_packed_comes_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"from a file")
    write_archive(tmp_path / "b", GOOD, {"runs/x/deep/one": tmp_path / "file", "two": b"\0\xff"})
    assert unpack(tmp_path / "b", tmp_path / "out") == GOOD
    assert (tmp_path / "out" / "runs" / "x" / "deep" / "one").read_bytes() == b"from a file"
    assert (tmp_path / "out" / "two").read_bytes() == b"\0\xff"


def test_order_time_mode_and_name_of_the_archive_leave_no_trace_in_its_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    write_archive(tmp_path / "first.tar.gz", GOOD, {"one": one, "two": two})
    os.utime(one, (1, 1))
    one.chmod(0o755)
    write_archive(tmp_path / "second.tar.gz", GOOD, {"two": two, "one": one})
    assert (tmp_path / "first.tar.gz").read_bytes() == (tmp_path / "second.tar.gz").read_bytes()


def test_a_folder_that_is_not_there_is_bad_input_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written: No such file"):
        write_archive(tmp_path / "no" / "b", GOOD, {})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_vanishes_meanwhile_leaves_no_half_archive(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        write_archive(tmp_path / "b", GOOD, {"gone": tmp_path / "gone"})
    assert list(tmp_path.iterdir()) == []


def hostile(path: Path, member: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        first = tarfile.TarInfo(MANIFEST)
        first.size = len(GOOD.text())
        tar.addfile(first, io.BytesIO(GOOD.text()))
        tar.addfile(member, io.BytesIO(data))
    return path


def link(kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo("link")
    member.type, member.linkname = kind, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../outside"),
        tarfile.TarInfo("/absolute"),
        tarfile.TarInfo("runs/../../outside"),
        link(tarfile.SYMTYPE),
        link(tarfile.LNKTYPE),
        link(tarfile.CHRTYPE),
    ],
)
def test_what_is_no_plain_file_below_the_folder_is_refused(tmp_path: Path, member: tarfile.TarInfo) -> None:
    archive = hostile(tmp_path / "b", member)
    (tmp_path / "in").mkdir()
    with pytest.raises(BadInput, match="is no plain file of a bundle"):
        unpack(archive, tmp_path / "in")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["b", "in"]


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.bundle.archive.BYTES_MAX", 10)
    write_archive(tmp_path / "b", GOOD, {"large": b"0" * 11})
    with pytest.raises(BadInput, match="unpacks to more than"):
        unpack(tmp_path / "b", tmp_path / "out")


@pytest.mark.parametrize("data", [b"", b"no archive", b"\x1f\x8b" + b"x" * 40])
def test_what_is_no_archive_is_told_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b").write_bytes(data)
    with pytest.raises(BadInput, match="is no bundle"):
        unpack(tmp_path / "b", tmp_path / "out")


def test_a_disk_that_is_full_is_no_damaged_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_archive(tmp_path / "b", GOOD, {"x": b"x"})

    def full(*_words: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(archive, "_extract", full)
    with pytest.raises(LabBroke, match=r"cannot be unpacked to .*: No space left on device"):
        unpack(tmp_path / "b", tmp_path / "out")


def test_a_truncated_archive_is_told_in_a_sentence(tmp_path: Path) -> None:
    write_archive(tmp_path / "b", GOOD, {"x": os.urandom(100_000)})
    (tmp_path / "b").write_bytes((tmp_path / "b").read_bytes()[:5000])
    with pytest.raises(BadInput, match="is no bundle, or a damaged one"):
        unpack(tmp_path / "b", tmp_path / "out")


def test_another_tar_and_one_of_a_newer_lab_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tarfile.open(tmp_path / "b", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("x"))
    with pytest.raises(BadInput, match="`lab bundle` and `lab export` make them"):
        unpack(tmp_path / "b", tmp_path / "out")
    monkeypatch.setattr("harness.bundle.archive.SCHEMA", 9)
    write_archive(tmp_path / "c", GOOD, {})
    monkeypatch.undo()
    with pytest.raises(BadInput, match="has schema 9, this lab reads 1"):
        unpack(tmp_path / "c", tmp_path / "out")
