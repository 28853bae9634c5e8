# SPDX-License-Identifier: GPL-2.0-only
"""Two labs and one entry of the cache."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from harness.deadline import Deadline
from harness.errors import ExitStatus, OutOfTime
from harness.kernel.locks import locked, waited


@contextmanager
def another_lab(entry: Path) -> Iterator[int]:
    """Holds the lock through a descriptor of its own, as another process would."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(entry.with_name(f"{entry.name}.lock"), os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield handle
    finally:
        os.close(handle)


def test_a_lock_that_is_free_costs_no_time_and_no_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = waited()
    with locked(tmp_path / "tree", Deadline(), "build"):
        assert waited() == before
    assert capsys.readouterr().err == ""


def test_waiting_is_told_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = waited()
    with another_lab(tmp_path / "tree") as handle:
        Timer(0.3, fcntl.flock, (handle, fcntl.LOCK_UN)).start()
        with locked(tmp_path / "tree", Deadline.after(20), "build kernel stock"):
            assert 0.2 < waited() - before < 20
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "another lab is at work there: waiting to build kernel stock"
    assert said[1].startswith("that took ")


def test_time_that_is_over_is_no_broken_lab(tmp_path: Path) -> None:
    told = "another lab was at work there for the last 1 s: no time is left to build"
    held = locked(tmp_path / "tree", Deadline.after(1.2), "build")
    with another_lab(tmp_path / "tree"), pytest.raises(OutOfTime, match=told) as caught, held:
        pass
    assert caught.value.status is ExitStatus.INCONCLUSIVE
