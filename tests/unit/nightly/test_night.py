# SPDX-License-Identifier: GPL-2.0-only
"""Nights on two made-up kernels, one of which changes from night to night."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.collect import detector, known_issues
from harness.config.models import Stress
from harness.config.scenario import Behaviour
from harness.deadline import Deadline
from harness.engine.experiment import Choice, Experiment, resolve
from harness.engine.kernels import make_kernels
from harness.errors import ExitStatus
from harness.history.store import History
from harness.nightly import night as module
from harness.nightly.changes import Changes
from harness.nightly.night import Outcome, Wanted, fingerprint, perform_night, status_of, unfinished, worse
from harness.nightly.report import render
from harness.results.run import Run
from harness.sweep.records import Kind
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import BAD, GOOD, SIGBUS, UNBOOTED, guest
from tests.fakes.records import failed, passed

BOTH = guest(passed("AB"), failed("AB A1#1", SIGBUS), passed("BA"), failed("BA B1#1", SIGBUS))
Sleep = Callable[..., Outcome]


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sleep:
    """One night; ``commit``: the kernel `stock` is another from now on. Kernels without a script must not boot."""
    kernels = prebuilt.compiled_pair(tmp_path / "kernels")
    prebuilt.scripted(tmp_path, monkeypatch)
    store = module.supplies
    monkeypatch.setattr(module, "supplies", lambda spec: prebuilt.engine.supplies(spec))
    assert store is not module.supplies

    def sleep(without: list[str], with_: list[str], commit: str = "", fresh: bool = False) -> Outcome:
        if commit:
            (kernels / "stock" / "bzImage").write_text(f"scripts {kernels / 'stock'}\n{commit}\n")
        Boots(kernels / "other").follow(without)
        Boots(kernels / "stock").follow(with_)
        choice = Choice(kernels / "lab.yaml", reuse=not fresh)
        return perform_night(Wanted(resolve(choice), fresh))

    return sleep


def word(outcome: Outcome) -> str:
    assert outcome.run and outcome.run.verdict
    return str(outcome.run.verdict.word)


def test_the_first_night_has_the_status_of_its_run(night: Sleep) -> None:
    first = night([BAD], [GOOD])
    assert (first.status, word(first), first.baseline) == (ExitStatus.INCONCLUSIVE, "INCONCLUSIVE", None)


def test_where_nothing_is_new_nothing_is_run_and_the_status_stays(night: Sleep) -> None:
    night([BAD], [BAD])
    again = night([], [])
    assert again.run is None
    assert again.status is ExitStatus.KERNEL_FAILED
    assert "nothing new since run 1 of " in render(again, "text")


def test_a_new_commit_is_run_and_what_did_not_change_is_taken_from_before(night: Sleep) -> None:
    night([BAD], [GOOD])
    new = night([], [GOOD], commit="two")
    assert isinstance(new.run, Run)
    assert [bool(each.taken_from) for each in new.run.results] == [True, False]
    assert not new.changes.worse
    assert new.status is ExitStatus.AS_EXPECTED


def test_a_commit_that_breaks_the_kernel_is_told_against_the_last_good_night_until_it_is_mended(night: Sleep) -> None:
    night([BAD], [GOOD])
    broken = night([], [BAD], commit="two")
    assert broken.status is ExitStatus.KERNEL_FAILED
    assert broken.changes.unknown, "the first night's sweep had no stop, so that it was not whole"
    still = night([], [BOTH], commit="three")
    assert still.baseline and still.baseline.number == 1
    assert still.status is ExitStatus.KERNEL_FAILED
    mended = night([], [GOOD], commit="four")
    assert mended.status is ExitStatus.AS_EXPECTED
    assert not mended.changes.worse


def test_a_failure_that_was_there_from_the_first_night_on_is_no_news(night: Sleep) -> None:
    assert night([BAD], [BAD]).status is ExitStatus.KERNEL_FAILED
    same = night([], [BAD], commit="two")
    assert (same.status, word(same)) == (ExitStatus.AS_EXPECTED, "FAIL")
    assert not same.changes.worse


def test_a_night_in_which_the_lab_broke_is_run_again_and_is_nobodys_baseline(night: Sleep) -> None:
    night([BAD], [GOOD])
    assert night([UNBOOTED], [UNBOOTED], fresh=True).status is ExitStatus.LAB_BROKE
    again = night([], [])
    assert again.run is not None
    assert again.baseline and again.baseline.number == 1


def test_a_night_that_the_budget_cut_short_is_gone_on_with_though_nothing_is_new(
    night: Sleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr(module, "unfinished", lambda _run: True)
        night([BAD], [GOOD])
    again = night([], [])
    assert again.run is not None
    assert night([], []).run is None


def test_only_a_run_that_took_its_whole_budget_or_made_no_kernel_is_unfinished(night: Sleep) -> None:
    run = night([BAD], [GOOD]).run
    assert run and not unfinished(run)
    assert unfinished(replace(run, seconds=run.plan.budget_seconds))
    assert unfinished(replace(run, kernels=tuple(replace(each, state="not-run") for each in run.kernels)))


def test_a_mutant_whose_header_says_something_else_is_news(night: Sleep, tmp_path: Path) -> None:
    experiment = resolve(Choice(tmp_path / "kernels" / "lab.yaml"))
    made = make_kernels(experiment, Deadline())
    patch = tmp_path / "m.patch"
    marks = []
    for text in ("Killed-by: a c=1 tags", "Killed-by: a c=0 tags", "Killed-by: a c=0 tags"):
        patch.write_text(text)
        marks.append(fingerprint(experiment, made, [patch]))
    assert marks[0] != marks[1] == marks[2] != fingerprint(experiment, made, [])


ISSUES = """\
issues:
  - {{signature: "warn:dax_insert_entry", kernels: "<=6.1", reason: seen before, expires: {expires}}}
"""
LATE = Behaviour(reason="a punch may be seen late, see fallocate(2)")
Edit = Callable[[Experiment, Path, pytest.MonkeyPatch], Experiment]


def documented(experiment: Experiment, **fields: object) -> Experiment:
    return replace(experiment, scenarios=tuple(each.model_copy(update=fields) for each in experiment.scenarios))


def in_lab(experiment: Experiment, **fields: object) -> Experiment:
    changed = experiment.lab.experiment.model_copy(update=fields)
    return replace(experiment, lab=experiment.lab.model_copy(update={"experiment": changed}))


def known_issue(folder: Path, patching: pytest.MonkeyPatch, expires: str) -> None:
    (folder / "known.yaml").write_text(ISSUES.format(expires=expires))
    known = (folder / "known.yaml",)
    patching.setattr(known_issues.in_force, "__defaults__", known)
    patching.setattr(known_issues.load_known_issues, "__defaults__", known)


def excuse_edited(experiment: Experiment, _folder: Path, _patching: pytest.MonkeyPatch) -> Experiment:
    return documented(experiment, documented={Kind.SIGBUS: LATE})


def idle_edited(experiment: Experiment, _folder: Path, _patching: pytest.MonkeyPatch) -> Experiment:
    return documented(experiment, idle=">=6.1")


def floor_edited(experiment: Experiment, _folder: Path, _patching: pytest.MonkeyPatch) -> Experiment:
    return in_lab(experiment, coverage_floor=0.5)


def stress_edited(experiment: Experiment, _folder: Path, _patching: pytest.MonkeyPatch) -> Experiment:
    stress = experiment.lab.experiment.stress
    return in_lab(experiment, stress=stress.model_copy(update={"cpus": stress.cpus + 1}))


def issue_edited(experiment: Experiment, folder: Path, patching: pytest.MonkeyPatch) -> Experiment:
    known_issue(folder, patching, "2100-01-01")
    return experiment


def detector_edited(experiment: Experiment, folder: Path, patching: pytest.MonkeyPatch) -> Experiment:
    shutil.copytree(detector.FOLDER, folder / "detectors")
    (folder / "detectors" / "new.yaml").write_text("kind: warn\n")
    patching.setattr(detector, "FOLDER", folder / "detectors")
    return experiment


def verdict_edited(experiment: Experiment, folder: Path, patching: pytest.MonkeyPatch) -> Experiment:
    shutil.copytree(module.CODE, folder / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    judge = folder / "harness" / "verdict" / "judge.py"
    judge.write_text(judge.read_text() + "# judges otherwise\n")
    patching.setattr(module, "CODE", folder / "harness")
    return experiment


@pytest.mark.parametrize(
    "edit", [excuse_edited, idle_edited, floor_edited, stress_edited, issue_edited, detector_edited, verdict_edited]
)
def test_what_the_night_is_judged_by_is_new_where_it_was_edited(
    night: Sleep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Edit
) -> None:
    experiment = in_lab(resolve(Choice(tmp_path / "kernels" / "lab.yaml")), stress=Stress(races=100))
    made = make_kernels(experiment, Deadline())
    before = fingerprint(experiment, made, [])
    assert fingerprint(experiment, made, []) == before
    assert fingerprint(edit(experiment, tmp_path, monkeypatch), made, []) != before


def test_a_known_issue_that_expires_is_new_and_one_that_has_long_expired_is_not(
    night: Sleep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = resolve(Choice(tmp_path / "kernels" / "lab.yaml"))
    made, marks = make_kernels(experiment, Deadline()), []
    for expires in ("2001-01-01", "2002-01-01", "2100-01-01"):
        known_issue(tmp_path, monkeypatch, expires)
        marks.append(fingerprint(experiment, made, []))
    assert marks[0] == marks[1] != marks[2]


def test_another_budget_alone_is_no_news(night: Sleep, tmp_path: Path) -> None:
    short, long = (resolve(Choice(tmp_path / "kernels" / "lab.yaml", budget=seconds)) for seconds in (60, 600))
    made = make_kernels(short, Deadline())
    assert fingerprint(short, made, []) == fingerprint(long, made, [])


def test_fresh_runs_all_again(night: Sleep) -> None:
    night([BAD], [GOOD])
    again = night([BAD], [GOOD], fresh=True)
    assert again.run and not any(each.taken_from for each in again.run.results)
    assert render(again, "text").startswith("nothing changed since run 1 of ")


def test_nights_are_in_the_history_with_their_watch(night: Sleep) -> None:
    night([BAD], [GOOD])
    with History.open() as history:
        last = history.nights("other / stock").last()
        assert last and (last.number, last.word, last.status) == (1, "INCONCLUSIVE", 4)
        assert history.nights("other / x").last() is None


def test_what_is_not_known_to_be_worse_fails_a_night_that_fails_for_the_first_time_and_leaves_another_open(
    night: Sleep,
) -> None:
    good, bad = night([BAD], [GOOD]).run, night([], [BAD], commit="two").run
    assert good and bad
    found = Changes(unknown=["told"])
    assert status_of(bad, good, found) is ExitStatus.KERNEL_FAILED
    assert status_of(bad, bad, found) is ExitStatus.INCONCLUSIVE
    assert status_of(bad, bad, Changes()) is ExitStatus.AS_EXPECTED


@pytest.mark.parametrize(
    ("one", "other", "wins"),
    [(0, 3, 3), (3, 1, 1), (4, 3, 3), (4, 0, 4), (0, 0, 0)],
)
def test_a_failed_kernel_wins_over_a_broken_lab_and_that_over_the_rest(one: int, other: int, wins: int) -> None:
    assert worse(ExitStatus(one), ExitStatus(other)) == wins
