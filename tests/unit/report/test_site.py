# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace
from pathlib import Path

import pytest

from harness.compare.comparison import Comparison
from harness.compare.store import dump
from harness.report.site import Site
from harness.results.folder import RunFolder
from harness.verdict.judge import judged
from tests.fakes import results as fakes


@pytest.fixture
def site(tmp_path: Path) -> Site:
    runs = tmp_path / "runs"
    for number in (1, 2):
        (runs / str(number)).mkdir(parents=True)
        run = replace(fakes.run(), number=number)
        RunFolder(runs / str(number)).save(judged(replace(run, results=run.results[::-1])))
    (runs / "3").mkdir()  # under way
    (tmp_path / "secret.json").write_text("{}")
    return Site(runs)


def test_finished_runs_are_listed_newest_first_with_their_verdicts(site: Site) -> None:
    assert [(run.number, run.word, run.kernels) for run in site.listed()] == [
        (2, "PASS", (fakes.BROKEN, fakes.STOCK)),
        (1, "PASS", (fakes.BROKEN, fakes.STOCK)),
    ]
    body = site.answer("/").body
    assert 'href="/run/2"' in body and "/run/3" not in body
    assert f"<code>{fakes.STOCK}</code> is silent in " in body and "PASS: " not in body


def test_a_run_is_shown_as_its_report(site: Site) -> None:
    answer = site.answer("/run/2")
    assert answer.status == 200 and "Run 2: unlocked-eio" in answer.body


def test_two_kernels_are_compared_by_what_was_clicked(site: Site) -> None:
    answer = site.answer(f"/compare?before=1:{fakes.BROKEN}&after=2:{fakes.STOCK}")
    assert answer.status == 200
    assert "FIXED" in answer.body and "write-read-hole" in answer.body and "closed" in answer.body
    assert "./lab compare 1:unlocked-eio 2:stock" in answer.body


def test_a_comparison_that_was_made_before_is_shown(site: Site) -> None:
    folder = site.runs / "compare" / "1"
    folder.mkdir(parents=True)
    (folder / "compare.json").write_text(dump(Comparison("", 1.0, (), ())))
    assert 'href="/comparison/1"' in site.answer("/").body
    assert site.answer("/comparison/1").status == 200
    assert site.answer("/comparison/2").status == 400


@pytest.mark.parametrize(
    "target",
    ["/run/../../secret.json", "/run/..%2f..%2fsecret.json", "/run/2/../2", "/run/0", "/run/-1", "/run/2e0", "/run/",
     "//run/2", "/run/\u0662", "/comparison/../1", "/favicon.ico", "/run/1/results.json"],
)  # fmt: skip
def test_what_is_no_page_is_not_found_whatever_lies_there(site: Site, target: str) -> None:
    assert site.answer(target).status == 404


@pytest.mark.parametrize(
    ("query", "says"),
    [("", "choose a run and kernel"), ("before=1:stock&after=1:stock", "cannot be compared with itself"),
     ("before=1:stock&after=9:stock", "no finished run 9"), ("before=1:stock&after=2:nope", "has no kernel"),
     ("before=../1:stock&after=2:stock", "choose a run and kernel"),
     ("before=3:stock&after=2:stock", "no finished run 3"),
     ("before=1:<script>&after=2:stock", "&lt;script&gt;")],
)  # fmt: skip
def test_a_wrong_choice_is_told(site: Site, query: str, says: str) -> None:
    answer = site.answer(f"/compare?{query}")
    assert answer.status == 400 and says in answer.body and "<script" not in answer.body


def test_a_damaged_run_does_not_hide_the_others(site: Site) -> None:
    (site.runs / "1" / "verdict.json").write_text("{<script>")
    (site.runs / "2" / "results.json").write_text("nonsense")
    assert [run.word for run in site.listed()] == ["PASS", "damaged"]
    assert site.answer("/run/2").status == 400


def test_without_runs_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert "./lab run" in Site(tmp_path / "none").answer("/").body
