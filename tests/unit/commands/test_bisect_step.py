# SPDX-License-Identifier: GPL-2.0-only
"""What `git bisect run` reads from the exit status: nothing that went wrong in the lab may say that a commit is bad."""

from pathlib import Path

import pytest

from harness import cli, host
from harness.bisect import step
from harness.bisect.outcome import Outcome
from harness.bisect.tester import Tested
from harness.errors import LabBroke


@pytest.fixture(autouse=True)
def furnished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "ensure", lambda *_words: None)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.GOOD, 0), (Outcome.BAD, 1), (Outcome.NO_BUILD, 125), (Outcome.OTHER_BUG, 125), (Outcome.BROKEN, 131)],
)
def test_an_outcome_has_gits_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], outcome: Outcome, status: int
) -> None:
    monkeypatch.setattr(step, "tested", lambda *_words: Tested(outcome, "x"))
    assert cli.main(["bisect-step", "--scenario", "fsync-write"]) == status
    assert capsys.readouterr().out == f"{outcome}: x\n"


def test_a_broken_lab_ends_the_bisect(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_words: object) -> Tested:
        raise LabBroke("no QEMU")

    monkeypatch.setattr(step, "tested", broken)
    assert cli.main(["bisect-step", "--scenario", "fsync-write"]) == 131


@pytest.mark.parametrize(
    "words",
    [[], ["--no-such"], ["--scenario", "no-such"], ["--scenario", "fsync-write", "--kind", "no-such"]],
)
def test_wrong_input_ends_the_bisect(words: list[str], tmp_path: Path) -> None:
    git = ["--git", str(tmp_path)] if words else []
    assert cli.main(["bisect-step", *words, *git]) == 130


def test_the_input_of_a_bisect_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bisect", "--scenario", "fsync-write"]) == 2
    assert "name both ends: --good COMMIT --bad COMMIT" in capsys.readouterr().err
    assert cli.main(["bisect", "--scenario", "fsync-write", "--good", "a", "--bad", "b"]) == 2
    assert "the kernel's source is no git repository: name a clone by --git" in capsys.readouterr().err
