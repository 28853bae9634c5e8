# SPDX-License-Identifier: GPL-2.0-only
"""`lab bundle`, `lab export` and `lab import` as typed."""

from pathlib import Path

import pytest

from harness.cli import main
from tests.unit.history.test_recorder import folder


def test_a_bundle_has_a_name_by_its_run_and_the_same_bytes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder()
    monkeypatch.chdir(tmp_path)
    assert main(["bundle", "last"]) == 0
    assert capsys.readouterr().out == "run-1.tar.gz\n"
    assert main(["bundle", "1", "-o", "again"]) == 0
    assert Path("again").read_bytes() == Path("run-1.tar.gz").read_bytes()


def test_all_runs_go_from_here_to_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(), folder("2026-11-03T10:00:00+00:00")
    main(["history", "--rescan"])
    assert main(["export", "all", str(tmp_path / "e")]) == 0
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "there"))
    capsys.readouterr()
    assert main(["import", str(tmp_path / "e")]) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["1", "2"]
    assert main(["import", str(tmp_path / "e")]) == 0
    assert capsys.readouterr().out.count("was here already") == 2
    assert main(["history"]) == 0
    assert len([line for line in capsys.readouterr().out.splitlines() if " * " in line]) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["export", "7", "e"], "no run `7` is recorded"),
        (["bundle", "7"], "`7` is no finished run"),
        (["import", "no-such-file"], "no-such-file cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_status_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert sentence in capsys.readouterr().err
