# SPDX-License-Identifier: GPL-2.0-only
"""The word and the sentence that follow from power cuts."""

import json
from dataclasses import replace

import pytest

from harness.powercut.checks import Fault, Wrong
from harness.powercut.report import render, shown
from harness.powercut.result import Failure, PowerCuts, Tally, dump
from harness.verdict.verdict import Word

LOST = Wrong(Fault.LOST, "A: fsync has returned, old data at file offset 0x40 is lost: there is 0x0, not 0x7")
FAILURE = Failure("fsync-write", "AB", "the sync of A has returned", "all pending lines", (LOST,))
KNOWN = replace(FAILURE, known="docs/findings/0001")
TALLY = Tally("fsync-write", schedules=2, cuts=9, promised=4, images=5)
DONE = PowerCuts(7, "stock", "6.1.192", "key", "ext4", 1, 1, 2, (TALLY,), (), "./lab powercut --kernel stock")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, Word.PASS),
        ({"failures": (KNOWN,)}, Word.PASS),
        ({"failures": (KNOWN, FAILURE)}, Word.FAIL),
        ({"failures": (FAILURE,), "tallies": (replace(TALLY, broken="no"),)}, Word.FAIL),
        ({"tallies": (TALLY, replace(TALLY, broken="no"))}, Word.BROKEN),
        ({"left": 3, "tallies": (replace(TALLY, broken="no"),)}, Word.BROKEN),
        ({"left": 3}, Word.INCONCLUSIVE),
        ({"tallies": (replace(TALLY, promised=0),)}, Word.INCONCLUSIVE),
        ({"tallies": (replace(TALLY, recorded=False),)}, Word.INCONCLUSIVE),
        ({"tallies": ()}, Word.INCONCLUSIVE),
    ],
)
def test_fail_wins_over_broken_over_inconclusive_over_pass(change: dict[str, object], word: Word) -> None:
    done = replace(DONE, **change)  # type: ignore[arg-type]
    assert done.word is word
    assert json.loads(dump(done))["status"] == int(word.status)
    assert done.sentence


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "`stock` keeps what its syncs promised and a sound ext4: 5 crash images of 9 power cuts"),
        ({"failures": (KNOWN,)}, "documented cases aside, and a sound ext4"),
        ({"failures": (FAILURE,)}, "`stock` fails at 1 power cut"),
        ({"left": 3}, "nothing is wrong with what was checked of 5 crash images of 9 power cuts in "),
        ({"left": 3}, "3 images were not checked: the time was over"),
        ({"tallies": (replace(TALLY, promised=0),)}, "no sync promised anything in fsync-write"),
        ({"tallies": (replace(TALLY, recorded=False),)}, "not every schedule was recorded of fsync-write"),
        ({"tallies": (replace(TALLY, broken="probes were missed"),)}, "probes were missed"),
    ],
)
def test_the_sentence_says_what_was_done_and_what_is_lacking(change: dict[str, object], said: str) -> None:
    assert said in replace(DONE, **change).sentence  # type: ignore[arg-type]


def test_the_report_shows_the_numbers_the_first_failure_of_a_kind_and_how_to_do_it_again() -> None:
    other = replace(FAILURE, schedule="BA")
    text = render(replace(DONE, failures=(FAILURE, other)))
    assert [words for words in map(str.split, text.splitlines()) if words[:1] == ["fsync-write"]] == [
        ["fsync-write", "2", "9", "4", "5", "0", "0"]
    ]
    assert "fsync-write: AB\n  power cut: the sync of A has returned\n  with all pending lines\n  lost: " in text
    assert "fsync-write: BA" not in text
    assert text.splitlines()[-1] == "reproduce: ./lab powercut --kernel stock"


def test_failures_of_another_kind_are_shown_too() -> None:
    other = replace(FAILURE, wrong=(Wrong(Fault.FSCK, "x"),))
    assert shown([FAILURE, FAILURE, other]) == [FAILURE, other]
