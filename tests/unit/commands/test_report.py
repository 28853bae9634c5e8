# SPDX-License-Identifier: GPL-2.0-only
import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import main
from harness.results.folder import RunFolder
from harness.verdict.judge import judged
from tests.fakes import results as fakes


@pytest.fixture
def saved() -> RunFolder:
    folder = RunFolder.create()
    folder.save(judged(fakes.run()))
    return folder


@pytest.mark.parametrize(
    ("form", "begins"),
    [([], "scenario "), (["--text"], "scenario "), (["--html"], "<!DOCTYPE html>"), (["--markdown"], "# PASS"),
     (["--mail"], "PASS: "), (["--json"], "{")],
)  # fmt: skip
def test_each_form_is_printed_with_the_status_of_the_run(
    saved: RunFolder, capsys: pytest.CaptureFixture[str], form: list[str], begins: str
) -> None:
    assert main(["report", "1", *form]) == 0
    assert capsys.readouterr().out.startswith(begins)


def test_json_is_the_verdict_that_was_saved(saved: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    main(["report", "--json"])
    assert json.loads(capsys.readouterr().out) == json.loads((saved.path / "verdict.json").read_text())


def test_an_inconclusive_run_says_so_by_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    RunFolder.create().save(judged(replace(fakes.run(), results=())))
    assert main(["report", "last"]) == 4


def test_a_report_goes_to_a_file_when_asked(
    saved: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "1", "--html", "-o", str(tmp_path / "r.html")]) == 0
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert capsys.readouterr().out == ""


def test_a_folder_that_is_not_there_is_refused(
    saved: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "1", "-o", str(tmp_path / "no" / "r.html")]) == 2
    assert "there is no such folder to write to" in capsys.readouterr().err


@pytest.mark.parametrize(("port", "why"), [("99999", "ports are 0 to 65535"), ("-1", "ports are 0 to 65535")])
def test_a_port_that_cannot_be_had_is_refused(port: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--serve", f"--port={port}"]) == 2
    assert capsys.readouterr().err == f"lab: --port {port}: {why}; choose another, 0 takes a free one\n"


def test_a_run_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "12"]) == 2
    assert "`12` is no finished run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--serve", "3"], "leave out RUN"), (["--port", "8000"], "with --serve alone"),
     (["--serve", "--port", "99999"], "choose another"), (["--serve", "-o", "x"], "leave out RUN and --output")],
)  # fmt: skip
def test_words_that_do_not_go_with_serving_are_refused(
    saved: RunFolder, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert main(["report", *words]) == 2
    assert says in capsys.readouterr().err
