# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

import pytest
from junitparser import JUnitXml

from harness.results.junit import junit
from harness.results.ktap import ktap
from harness.results.run import Run
from harness.verdict.judge import judged
from harness.verdict.verdict import Cell, CellWord, Verdict, Word
from tests.fakes import results as fakes


def telling(word: CellWord, kernel: str, overall: Word = Word.PASS, sentence: str = "why") -> Run:
    """A run whose verdict has one cell."""
    verdict = Verdict(overall, f"{overall}: {sentence}", cells=(Cell("s", kernel, word, sentence),))
    return replace(fakes.run(), verdict=verdict)


def counts(run: Run) -> tuple[int, int, int, int]:
    """Tests, failures, errors, skipped, of all suites but the verdict's."""
    suites = [suite for suite in JUnitXml.fromstring(junit(run).encode()) if suite.name != "verdict"]
    return tuple(sum(getattr(suite, name) for suite in suites) for name in ("tests", "failures", "errors", "skipped"))


@pytest.mark.parametrize(
    ("word", "kernel", "expected", "line"),
    [
        (CellWord.SILENT, fakes.STOCK, (1, 0, 0, 0), "ok 1 s"),
        (CellWord.AS_EXPECTED, fakes.BROKEN, (1, 0, 0, 0), "ok 1 s"),
        (CellWord.KNOWN, fakes.STOCK, (1, 0, 0, 0), "ok 1 s"),
        (CellWord.FAILS, fakes.STOCK, (1, 1, 0, 0), "not ok 1 s"),
        (CellWord.FAILS, fakes.BROKEN, (1, 0, 0, 0), "ok 1 s"),
        (CellWord.BROKEN, fakes.STOCK, (1, 0, 1, 0), "not ok 1 s"),
        (CellWord.LACKING, fakes.BROKEN, (1, 0, 0, 1), "ok 1 s # SKIP lacking"),
        (CellWord.UNPROVEN, fakes.STOCK, (1, 0, 0, 1), "ok 1 s # SKIP unproven"),
        (CellWord.NOT_RUN, fakes.STOCK, (1, 0, 0, 1), "ok 1 s # SKIP not run"),
    ],
)
def test_what_could_not_run_is_skipped_and_never_passed(
    word: CellWord, kernel: str, expected: tuple[int, int, int, int], line: str
) -> None:
    assert counts(telling(word, kernel)) == expected
    assert f"  {line}" in ktap(telling(word, kernel)).splitlines()


@pytest.mark.parametrize(("word", "red"), [(word, word is not Word.PASS) for word in Word])
def test_the_verdict_is_a_case_of_its_own_that_fails_with_the_run(word: Word, red: bool) -> None:
    run = telling(CellWord.SILENT, fakes.STOCK, word)
    (suite,) = [suite for suite in JUnitXml.fromstring(junit(run).encode()) if suite.name == "verdict"]
    assert bool(suite.failures + suite.errors) is red
    assert ktap(run).splitlines()[-1] == f"{'not ok' if red else 'ok'} 3 verdict"


def test_control_characters_of_a_guest_leave_valid_xml_and_one_line_of_ktap() -> None:
    run = telling(CellWord.FAILS, fakes.STOCK, Word.FAIL, f"a\nnot ok 9 forged\n{fakes.HOSTILE} ]]>&")
    assert counts(run) == (1, 1, 0, 0)
    assert not any(line.strip().startswith("not ok 9") for line in ktap(run).splitlines())
    assert "\x1b" not in junit(run) + ktap(run) and "\x00" not in junit(run) + ktap(run)


def test_a_whole_run_counts_every_scenario_once_a_kernel() -> None:
    assert counts(judged(fakes.run())) == (12, 0, 0, 0)
    lines = ktap(judged(fakes.run())).splitlines()
    assert lines[:2] == ["KTAP version 1", "1..3"]
    assert lines.count("  1..6") == 2
