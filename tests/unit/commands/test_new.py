# SPDX-License-Identifier: GPL-2.0-only
"""`lab new` as typed: what it prints, and what it refuses in one line."""

from functools import partial
from pathlib import Path

import pytest

from harness.cli import main
from harness.skeleton import maker
from harness.skeleton.maker import Wanted


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "guest-tests" / "scenarios").mkdir(parents=True)
    monkeypatch.setattr(maker, "Wanted", partial(Wanted, project=tmp_path))
    return tmp_path


def test_the_files_are_printed_and_the_next_step_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "scenario", "my-race"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{project}/guest-tests/scenarios/my-race.yaml\n"
    assert "next: ./lab run --scenario my-race --bound 1 --no-stress" in said.err


@pytest.mark.parametrize("words", [["scenario", "My Race"], ["scenario", "x", "a.patch"], ["thing", "x"], ["scenario"]])
def test_a_wrong_word_is_status_2_and_one_line(
    project: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *words]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    assert "PATCH" not in said.err  # which only a series takes, and needs not
    assert not [path for path in project.rglob("*") if path.is_file()]
