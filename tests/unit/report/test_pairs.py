# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

import pytest

from harness.engine.pairs import Filing
from harness.report.pairs import render_pairs
from harness.sweep.records import Kind
from harness.verdict.pairs import Failing, Filed, FiledWord
from harness.verdict.verdict import Verdict, Word

AGREES, VIOLATES = FiledWord.AGREES, FiledWord.VIOLATES


def filed(one: str, other: str, word: FiledWord = AGREES, **more: object) -> Filed:
    given = {"schedules": 40, "stopped": 38, "orders": {"AB": word, "BA": word}, **more}
    return Filed(f"pair-{one}-{other}-hole", (one, other), "hole", "base", word, **given)  # type: ignore[arg-type]


def shown(*pairs: Filed, left: dict[str, str] | None = None) -> str:
    filing = Filing("stock", "6.1.192", "ext4", ("base",), ("fsync", "punch"), 1.0, pairs, left or {})
    return render_pairs(filing, Verdict(Word.PASS, "PASS: that is it."), "./lab run --all-pairs=base")


def row(text: str, op: str) -> list[str]:
    """Marks of one row of the only matrix."""
    return next(line.split()[2:] for line in text.splitlines() if line.startswith(op))


def test_a_cell_stands_for_the_order_in_which_its_row_starts_first() -> None:
    one = filed("fsync", "punch", VIOLATES, orders={"AB": AGREES, "BA": VIOLATES})
    text = shown(filed("fsync", "fsync"), one, filed("punch", "punch"))
    assert row(text, "fsync") == [".", "."]
    assert row(text, "punch") == ["X", "."]


@pytest.mark.parametrize(
    ("word", "mark"),
    [(AGREES, "."), (FiledWord.KNOWN, "k"), (VIOLATES, "X"), (FiledWord.INCOMPLETE, "?"), (FiledWord.BROKEN, "!")],
)
def test_every_word_has_a_mark_of_its_own(word: FiledWord, mark: str) -> None:
    assert row(shown(filed("fsync", "punch", word)), "fsync") == ["/", mark]


def test_where_nobody_could_be_stopped_the_mark_says_so() -> None:
    assert row(shown(filed("fsync", "punch", stopped=0)), "fsync") == ["/", "-"]


def test_an_operation_with_itself_shows_the_worse_of_both_orders() -> None:
    one = filed("fsync", "fsync", VIOLATES, orders={"AB": AGREES, "BA": VIOLATES})
    assert row(shown(one), "fsync")[0] == "X"


def test_a_violation_is_told_with_count_example_window_and_replay() -> None:
    failing = (Failing(Kind.TAGS, 3, "an entry is locked"),)
    one = filed(
        "fsync", "punch", VIOLATES, failing=failing, windows=("c=1, AB, A stopped: fs/dax.c:1",), replay="./lab r"
    )
    text = shown(one)
    for words in ("violates: tags in 3 of 40 schedules", "an entry is locked", "A stopped: fs/dax.c:1", "./lab r"):
        assert words in text


def test_known_incomplete_broken_and_left_out_ones_are_listed_with_their_reasons() -> None:
    known = filed("fsync", "fsync", FiledWord.KNOWN, failing=(Failing(Kind.TAGS, 3, "x", "finding 1"),))
    text = shown(
        known, replace(known, scenario="other"), filed("fsync", "punch", FiledWord.BROKEN, why="the canary"),
        filed("punch", "punch", FiledWord.INCOMPLETE, why="the budget ended"),
        left={"a": "not on ext4", "b": "not on ext4"},
    )  # fmt: skip
    for words in ("2 scenarios, tags: finding 1", "1 broken: the canary", "1 incomplete: the budget ended",
                  "2 scenarios not run: not on ext4"):  # fmt: skip
        assert words in text


def test_triples_are_lines() -> None:
    one = replace(filed("fsync", "punch"), scenario="triple-x", operations=("fsync", "punch", "punch"))
    text = shown(one)
    assert ". triple-x: agrees: 40 schedules" in text
    assert "== hole" not in text
