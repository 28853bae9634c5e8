# SPDX-License-Identifier: GPL-2.0-only
"""`lab nightly` as typed, and the forms in which a night is told."""

import json
from dataclasses import replace

import pytest

from harness.cli import main, make_parser
from harness.commands.nightly import _choice
from harness.errors import ExitStatus
from harness.history.nights import Night
from harness.nightly.changes import Changes
from harness.nightly.mutants import Kills
from harness.nightly.night import Outcome
from harness.nightly.report import render
from harness.results.folder import RunFolder
from tests.unit.history.test_store import base

HOSTILE = "x on `stock`: fails \x1b[31m <script>|</script>\n::error::mine"
NIGHT = Night("ab" * 32, 7, "2026-11-02T10:00:00+00:00", "PASS", "a / b", "f", 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--sample", "3"], "--sample needs --prune"),
        (["--prune", "--sample", "0"], "--sample: 0 cannot be"),
        (["--with", "no-such"], "no-such"),
        (["--budget", "soon"], "--budget"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_status_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nightly", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_earlier_sweeps_are_taken_unless_all_is_to_be_fresh() -> None:
    parser = make_parser(["nightly"])
    assert _choice(parser.parse_args(["nightly"])).reuse
    assert not _choice(parser.parse_args(["nightly", "--fresh"])).reuse
    pruned = _choice(parser.parse_args(["nightly", "--prune", "--sample", "9"]))
    assert (pruned.prune, pruned.sample) == (True, 9)


def outcome() -> Outcome:
    kills = Kills({"m": "survived"}, ("mutant m: survived, it was killed",), ExitStatus.LAB_BROKE)
    changes = Changes(worse=[HOSTILE])
    return Outcome(ExitStatus.KERNEL_FAILED, RunFolder.create(), base()[0], NIGHT, NIGHT, changes, kills)


def test_every_form_tells_what_changed_and_nothing_a_guest_said_gets_out_of_it() -> None:
    text, markdown = render(outcome(), "text"), render(outcome(), "markdown")
    assert text.startswith("changed since run 7 of 2026-11-02 (PASS): ")
    assert "mutant m: survived" in text
    assert "mutant m: survived" in markdown
    for form in (text, markdown):
        assert "\x1b" not in form
    assert "<script>" not in markdown
    assert not any(line.startswith("::") for line in markdown.splitlines())
    plain = json.loads(render(outcome(), "json"))
    assert (plain["status"], plain["baseline"], plain["mutants"]) == (1, 7, {"m": "survived"})


def test_a_night_whose_kill_matrix_alone_has_news_does_not_say_that_nothing_changed() -> None:
    told = render(replace(outcome(), changes=Changes()), "text").splitlines()
    assert told[0] == "nothing changed since run 7 of 2026-11-02 (PASS) but in the kill matrix"
    assert "  mutant m: survived, it was killed" in told


def test_commands_are_off_for_github_while_text_is_printed_and_their_token_differs_each_time() -> None:
    one, other = (render(outcome(), "github").splitlines() for _ in range(2))
    token = one[0].removeprefix("::stop-commands::")
    assert one[0] != other[0]
    assert one.index(f"::{token}::") > one.index("::error::mine")
    assert all(line.startswith("::") for line in one[one.index(f"::{token}::") :])
