# SPDX-License-Identifier: GPL-2.0-only
"""`lab compare` as typed."""

from argparse import Namespace
from pathlib import Path

import pytest

from harness.cli import main, make_parser
from harness.commands.compare import _wish
from harness.compare.perform import line
from harness.results.folder import RunFolder
from harness.verdict.judge import judged
from tests.fakes import results


def parsed(*words: str) -> Namespace:
    return make_parser(["compare"]).parse_args(["compare", *words])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["stock"], "there is nothing to compare `stock` with"),
        (["stock", "unlocked", "--scenario", "no-such"], "no scenario is called `no-such`"),
        (["stock", "unlocked", "--races", "-1"], "--races"),
        (["stock", "unlocked", "--budget", "soon"], "--budget"),
        (["stock", "fault-locking/lock-put-back@v7"], "no version of fault-locking/lock-put-back is called `v7`"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_status_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_what_is_left_out_is_that_of_lab_yaml() -> None:
    wish = _wish(parsed("unlocked", "stock", "--bound", "1"))
    assert (wish.races, wish.cost, wish.budget) == (2000, True, None)
    assert len(wish.scenarios) > 50
    assert max(each.bound for each in wish.scenarios) == 1


def test_past_runs_bring_their_own_scenarios_and_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_RUNS", str(tmp_path))
    RunFolder.create(tmp_path).save(judged(results.run()))
    wish = _wish(parsed("1:stock", "1:unlocked-eio", "--no-stress", "--no-cost"))
    assert wish.names == ("write-write-hole", "fsync-write"), "those of the run that there still are"
    assert (wish.races, wish.cost, wish.fresh) == (0, False, ())


def test_the_line_that_does_the_same_again_is_read_as_the_same() -> None:
    words = ["unlocked", "stock", "--scenario", "fsync-write,read-read-hole", "--bound", "1", "--races", "512"]
    wish = _wish(parsed(*words, "--seed", "9", "--no-cost", "--budget", "5m"))
    assert line(wish).startswith("./lab compare unlocked stock --scenario=fsync-write,read-read-hole")
    assert _wish(parsed(*line(wish).split()[2:])) == wish
