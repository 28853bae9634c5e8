# SPDX-License-Identifier: GPL-2.0-only
import fcntl
import os
import time
from pathlib import Path

import pytest

from harness import cli, folders
from harness.host import storage


def add(name: str, kilobytes: int, age: float) -> Path:
    """A folder in the cache with one file in it, used ``age`` hours ago."""
    folder = folders.cache() / name
    folder.mkdir(parents=True)
    (folder / "data").write_bytes(os.urandom(kilobytes * 1024))
    moment = time.time() - age * 3600
    os.utime(folder, (moment, moment))
    return folder


def gc(*words: str) -> int:
    return cli.main(["gc", *words])


def test_what_was_used_longest_ago_goes_first(capsys: pytest.CaptureFixture[str]) -> None:
    new, old, middle = add("kernels/new", 100, 1), add("trees/old", 100, 9), add("kernels/middle", 100, 5)
    assert gc("--max-size", "150K") == 0
    assert (new.exists(), middle.exists(), old.exists()) == (True, False, False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in lines[:2]] == ["removed trees/old", "removed kernels/middle"]


def test_a_cache_under_its_limit_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    kept = add("kernels/a", 100, 100)
    assert gc() == 0
    assert kept.exists()
    assert "0B freed" in capsys.readouterr().out


def test_a_dry_run_removes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    kept = add("kernels/a", 100, 1)
    assert gc("--max-size", "0", "--dry-run") == 0
    assert kept.exists()
    assert "would remove kernels/a" in capsys.readouterr().out


@pytest.mark.parametrize("lock", ["trees/a.lock", "trees/a/lock", "trees/a/.lock", "trees/a"])
def test_what_is_locked_stays(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    kept = add("trees/a", 100, 50)
    place = folders.cache() / lock
    if not place.exists():
        place.touch()
    handle = os.open(place, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    assert gc("--max-size", "0") == 0
    assert kept.exists()
    assert "in use, stays: trees/a" in capsys.readouterr().out
    os.close(handle)
    assert gc("--max-size", "0") == 0
    assert not kept.exists()


def test_lock_files_themselves_are_never_removed() -> None:
    add("trees/a", 10, 50)
    lock = folders.cache() / "trees" / "a.lock"
    lock.touch()
    assert gc("--max-size", "0") == 0
    assert lock.exists()


def test_drafts_go_once_no_living_lab_can_be_making_them() -> None:
    fresh, stale = add("kernels/.making-a", 10, 1), add("kernels/.making-b", 10, 48)
    assert gc() == 0
    assert fresh.exists()
    assert not stale.exists()


def test_holes_in_images_do_not_count() -> None:
    image = folders.cache() / "images" / "pmem"
    image.parent.mkdir(parents=True)
    with image.open("wb") as stream:
        stream.truncate(1 << 30)
    (entry,) = storage.entries(folders.cache())
    assert entry.size < 1 << 20


def test_a_link_is_removed_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").touch()
    (folders.cache() / "trees").mkdir(parents=True)
    (folders.cache() / "trees" / "link").symlink_to(outside)
    gc("--max-size", "0")
    assert (outside / "keep").exists()


def test_no_cache_at_all_is_no_error() -> None:
    assert gc() == 0


def test_a_wrong_size_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert gc("--max-size", "20") == 2
    assert capsys.readouterr().err.startswith("lab: --max-size: `20` is no size")
