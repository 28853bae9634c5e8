# SPDX-License-Identifier: GPL-2.0-only
"""What KCIDB's own library takes, and what it would read in it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from kcidb_io.schema import LATEST, V5_3

from harness.results.kcidb import CELLS, WORDS, kcidb
from harness.results.run import Run
from harness.verdict.judge import judged
from harness.verdict.verdict import CellWord, Word
from tests.fakes import results as fakes


def report(run: Run) -> dict[str, Any]:
    """The report as the library sees it; it raises for what is no report of schema 5.3."""
    plain: dict[str, Any] = json.loads(kcidb(run))
    V5_3.validate_exactly(plain)
    return dict(LATEST.upgrade(plain))


def judged_run(**changes: Any) -> Run:
    return judged(replace(fakes.run(), **changes))


def test_each_scenario_on_the_kernel_under_test_is_a_test_and_the_verdict_is_one() -> None:
    run = judged_run(findings=())
    plain = report(run)
    assert len(plain["checkouts"]) == len(plain["builds"]) == 1
    paths = {test["path"]: test["status"] for test in plain["tests"]}
    assert paths == {"daxlab.verdict": "PASS", **{f"daxlab.{each.plan.name}": "PASS" for each in fakes.FAKES}}
    assert {test["build_id"] for test in plain["tests"]} == {plain["builds"][0]["id"]}
    assert plain["builds"][0]["checkout_id"] == plain["checkouts"][0]["id"]
    assert plain["builds"][0]["misc"]["build_id"] == "cd" * 20


def test_a_failure_is_told_with_its_counts() -> None:
    failing = fakes.swept(fakes.FAKES[1], fakes.STOCK, fakes.FAKES[0].judge)
    run = judged_run(results=(*fakes.run().results[:7], failing, *fakes.run().results[8:]))
    failed = {test["path"]: test for test in report(run)["tests"] if test["status"] == "FAIL"}
    assert set(failed) == {"daxlab.verdict", "daxlab.write-write-hole"}
    counts = failed["daxlab.write-write-hole"]["misc"]
    assert counts["kinds"] == ["sigbus"]
    assert 0 < counts["failing"] < counts["schedules"]
    assert len({test["id"] for test in report(run)["tests"]}) == len(fakes.FAKES) + 1


def test_a_kernel_that_does_not_compile_is_a_failed_build_with_the_compilers_words() -> None:
    without, with_ = fakes.run().kernels
    broken = replace(with_, state="no-compile", key="", detail="fs/dax.c:1: error: \x00 \x1b[31m no")
    plain = report(judged_run(kernels=(without, broken), results=fakes.run().results[:6], stress=()))
    assert plain["builds"][0]["status"] == "FAIL"
    assert "error" in plain["builds"][0]["log_excerpt"]
    assert "\0" not in json.dumps(plain)
    assert {test["status"] for test in plain["tests"][1:]} == {"MISS"}


def test_a_run_without_a_kernel_under_test_is_a_report_of_nothing() -> None:
    assert report(judged_run(kernels=fakes.run().kernels[:1], results=()))["version"]["major"] == 5


@pytest.mark.parametrize("word", CellWord)
def test_every_word_of_a_cell_has_a_status(word: CellWord) -> None:
    assert CELLS[word] in {"FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP"}


def test_only_a_pass_is_a_pass() -> None:
    assert [word for word in Word if WORDS[word] == "PASS"] == [Word.PASS]
    assert [word for word in CellWord if CELLS[word] == "PASS"] == [CellWord.SILENT, CellWord.KNOWN]
