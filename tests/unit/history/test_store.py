# SPDX-License-Identifier: GPL-2.0-only
"""Runs in, runs out, whoever writes at the same time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.history.entry import Entry
from harness.history.store import History
from harness.results import store as files
from harness.results.run import Run
from harness.verdict.judge import judged
from tests.fakes import results as fakes

START = "2026-11-02T10:00:00+00:00"


@cache
def base() -> tuple[Run, str]:
    """A judged run of few schedules, and its results.json."""
    whole = fakes.run()
    run = judged(
        replace(whole, results=tuple(replace(each, outcomes=each.outcomes[:5], passing=()) for each in whole.results))
    )
    return run, files.dump(run)


def entry(number: int = 1, started: str = START, imported: str = "") -> Entry:
    run, text = base()
    return Entry(text.replace(START, started).encode(), replace(run, started=started), number, imported)


def test_a_run_comes_out_as_it_went_in_byte_for_byte(tmp_path: Path) -> None:
    one = entry(3)
    with History.open(tmp_path / "h") as history:
        assert history.add(one)
        found = history.find("3")
        assert history.results(found.id) == one.text
    assert (found.id, found.word, found.status) == (one.id, one.verdict.word, int(one.verdict.status))
    assert [kernel["name"] for kernel in found.kernels] == [fakes.BROKEN, fakes.STOCK]
    assert len(found.cells) == len(one.verdict.cells) == 12
    cell = next(each for each in found.cells if (each["scenario"], each["kernel"]) == ("fsync-write", fakes.BROKEN))
    assert (cell["word"], cell["kinds"], cell["failing"]) == ("as expected", "not-durable", 2)
    assert cell["schedules"] > cell["failing"]


def test_the_same_run_is_recorded_once_whatever_number_it_comes_under(tmp_path: Path) -> None:
    with History.open(tmp_path / "h") as history:
        assert history.add(entry(3))
        assert not history.add(entry(8, imported="elsewhere.tar.gz"))
        assert [each.number for each in history.runs()] == [3]


def test_runs_are_listed_by_start_and_filtered_by_kernel_and_scenario(tmp_path: Path) -> None:
    with History.open(tmp_path / "h") as history:
        history.add(entry(2, "2026-11-03T00:00:00+00:00"))
        history.add(entry(1, "2026-11-02T00:00:00+00:00"))
        assert [each.number for each in history.runs()] == [1, 2]
        assert len(history.runs(kernel=fakes.STOCK)) == len(history.runs(kernel="cd" * 20)) == 2
        assert history.runs(kernel="no-such") == []
        assert len(history.runs(scenario="fsync-write")) == 2
        assert history.runs(scenario="no-such") == []


def test_a_run_is_found_by_number_by_the_beginning_of_its_id_and_as_the_last(tmp_path: Path) -> None:
    old, new = entry(2, "2026-11-02T00:00:00+00:00"), entry(2, "2026-11-03T00:00:00+00:00")
    with History.open(tmp_path / "h") as history:
        history.add(new)
        history.add(old)
        assert history.find("2").id == history.find("last").id == new.id
        assert history.find(old.id[:8]).id == old.id


@pytest.mark.parametrize("name", ["9", "abcdef", "xyz", "", "*", "a"])
def test_a_run_that_is_not_recorded_is_refused(tmp_path: Path, name: str) -> None:
    with History.open(tmp_path / "h") as history:
        history.add(entry(1))
        with pytest.raises(BadInput, match=r"no run `.*` is recorded: `lab history` lists them"):
            history.find(name)


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    entries = [entry(number, f"2026-11-02T10:00:{number:02}+00:00") for number in range(1, 25)]

    def write(one: Entry) -> bool:
        with History.open(tmp_path / "h") as history:
            return history.add(one)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write, entries))
    with History.open(tmp_path / "h") as history:
        assert [each.number for each in history.runs()] == list(range(1, 25))


def test_a_run_of_which_a_row_cannot_be_written_is_not_there_at_all(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "h") as other, History.open(tmp_path / "h") as history:
        other.execute("CREATE TRIGGER t BEFORE INSERT ON cells BEGIN SELECT RAISE(ABORT, 'full'); END")
        other.commit()
        with pytest.raises(sqlite3.IntegrityError):
            history.add(entry(1))
        assert history.runs() == []
