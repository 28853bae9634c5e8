# SPDX-License-Identifier: GPL-2.0-only
"""`lab history` and `lab show` as typed."""

import json

import pytest

from harness.cli import main
from harness.history.table import WIDTH
from tests.fakes import results as fakes
from tests.unit.history.test_recorder import folder


def test_a_rescan_lists_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    folder(), folder("2026-11-03T10:00:00+00:00")
    assert main(["history", "--rescan"]) == 0
    printed = capsys.readouterr()
    assert "2 runs taken in: 1, 2" in printed.err
    lines = printed.out.splitlines()
    assert lines[0].split()[:2] == ["run", "id"]
    assert [line.split()[0] for line in lines[2:]] == ["1", "2"]
    assert f"{fakes.BROKEN} / {fakes.STOCK}" in lines[2]


def test_the_list_as_json_counts_cells_by_word(capsys: pytest.CaptureFixture[str]) -> None:
    folder()
    main(["history", "--rescan", "--json", "-q"])
    (only,) = json.loads(capsys.readouterr().out)
    assert only["cells"]["as expected"] == 3
    assert sum(only["cells"].values()) == 12
    assert main(["history", "--scenario", "no-such", "--json"]) == 0
    nothing = capsys.readouterr()
    assert (json.loads(nothing.out), nothing.err) == ([], "no recorded run is of no-such\n")


def test_one_run_is_shown_with_every_cell_and_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = folder().load().verdict
    assert verdict is not None
    main(["history", "--rescan", "-q"])
    capsys.readouterr()
    assert main(["show", "1"]) == int(verdict.status)
    shown = capsys.readouterr().out
    assert verdict.sentence in " ".join(shown.split())
    assert any(verdict.sentence.startswith(line) and len(line) <= WIDTH for line in shown.splitlines() if line)
    assert shown.count("fsync-write") >= 2
    main(["show", "--json"])
    assert len(json.loads(capsys.readouterr().out)["cells"]) == 12


def test_a_run_that_is_not_there_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "7"]) == 2
    assert "no run `7` is recorded" in capsys.readouterr().err
