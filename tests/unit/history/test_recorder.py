# SPDX-License-Identifier: GPL-2.0-only
"""Every finished run folder gets into the history, at its end or by a rescan."""

from dataclasses import replace

import pytest

from harness.errors import BadInput
from harness.history.database import place
from harness.history.recorder import entry_of, record, rescan
from harness.history.store import History
from harness.results.folder import RunFolder
from harness.verdict.judge import judged
from tests.fakes import results as fakes


def folder(started: str = "2026-11-02T10:00:00+00:00") -> RunFolder:
    made = RunFolder.create()
    made.save(judged(replace(fakes.run(), number=made.number, started=started)))
    return made


def test_a_run_is_recorded_as_it_was_saved() -> None:
    made = folder()
    record(made, made.load())
    with History.open() as history:
        assert history.results(history.find("1").id) == (made.path / "results.json").read_bytes()


def test_a_rescan_takes_in_what_is_missing_once() -> None:
    record(folder(), fakes.run() and folder().load())
    folder("2026-11-03T10:00:00+00:00")
    with History.open() as history:
        assert rescan(history)[0] == [2, 3]
        assert rescan(history) == ([], [])
        assert len(history.runs()) == 3


def test_a_rescan_leaves_unfinished_folders_and_tells_of_damaged_ones() -> None:
    (folder().path / "verdict.json").unlink()
    (folder().path / "results.json").write_text("{")
    RunFolder.create()
    with History.open() as history:
        added, refused = rescan(history)
    assert added == []
    assert len(refused) == 1
    assert "results.json is no JSON" in refused[0]


def test_an_unfinished_run_is_no_entry() -> None:
    with pytest.raises(BadInput, match="the run was not finished"):
        entry_of(RunFolder.create())


def test_a_history_that_cannot_be_written_loses_no_run(capsys: pytest.CaptureFixture[str]) -> None:
    made = folder()
    place().write_bytes(b"no database " * 100)
    record(made, made.load())
    assert "run 1 is not in the history" in capsys.readouterr().err
    place().unlink()
    with History.open() as history:
        assert rescan(history)[0] == [1]
