# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

import pytest

from harness.results.run import KernelInfo, Plan, Run, ScenarioPlan
from harness.sweep.records import Coverage, Kind, Outcome, Schedule, SweepResult, Violation
from harness.trial.verdict import Reached, judge_trial
from harness.verdict.verdict import Word
from tests.fakes.results import warning

KERNELS = (KernelInfo("base", "without"), KernelInfo("tried", "with"))
REACHED = Reached(
    "tried", frozenset({"pipe_write", "pipe_read"}), frozenset({"vfs_x"}),
    frozenset({("fs/pipe.c", 7), ("fs/pipe.c", 9)}),
    frozenset({("fs/pipe.c", 7)}), frozenset({"pipe_write"}),
)  # fmt: skip


def result(kernel: str, *kinds: Kind, scenario: str = "one", **changes: object) -> SweepResult:
    outcomes = tuple(Outcome(Schedule((0, 1)), (), (Violation(kind, "x"),)) for kind in kinds)
    made = SweepResult(scenario, kernel, 0, 4, ((0, 1), (1, 0)), {0: 2}, {0: len(kinds)}, outcomes,
                       Coverage(stopped=frozenset({1})), True)  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def run_of(*results: SweepResult, kernels: tuple[KernelInfo, ...] = KERNELS) -> Run:
    names = dict.fromkeys(each.scenario for each in results)
    plans = tuple(ScenarioPlan(name, name, ("a", "b"), 0) for name in names)
    return Run(1, "2024-01-01", 1.0, Plan(plans, 60.0, 0.9), kernels, results)


def test_silence_on_both_is_a_pass_that_says_what_was_reached() -> None:
    verdict = judge_trial(run_of(result("base"), result("tried")), [REACHED])
    assert verdict.word is Word.PASS and "brings no failure in 1 scenario" in verdict.sentence
    assert "touches pipe_read, pipe_write, called by vfs_x; 1 of 2 changed lines" in verdict.findings[-1]
    assert verdict.findings[-1].endswith("not fs/pipe.c:9")


def test_a_kind_that_only_the_change_shows_is_a_failure() -> None:
    verdict = judge_trial(run_of(result("base", Kind.TAGS), result("tried", Kind.TAGS, Kind.HANG)), [REACHED])
    assert verdict.word is Word.FAIL and "`one` fails with the change alone (hang)" in verdict.sentence


def test_what_fails_on_both_kernels_is_not_laid_to_the_change() -> None:
    verdict = judge_trial(run_of(result("base", Kind.TAGS), result("tried", Kind.TAGS)), [REACHED])
    assert verdict.word is Word.PASS
    assert "fails on both kernels: in 1 of 2 schedules without the change, in 1 of 2 with it" in verdict.findings[0]


def test_what_the_change_closes_is_told() -> None:
    verdict = judge_trial(run_of(result("base", Kind.TAGS), result("tried")), [REACHED])
    assert verdict.word is Word.PASS and verdict.sentence.endswith("it closes 1 failing scenario")


def test_what_nobody_reaches_is_named_and_proves_nothing() -> None:
    verdict = judge_trial(run_of(), [REACHED])
    assert verdict.word is Word.INCONCLUSIVE
    assert verdict.sentence.endswith("it lies in pipe_read, pipe_write")


def test_a_sweep_that_was_cut_short_is_no_pass_and_a_broken_lab_is_told() -> None:
    short = judge_trial(run_of(result("base"), result("tried", complete=False)), [REACHED])
    assert short.word is Word.INCONCLUSIVE
    assert judge_trial(run_of(result("base", broken="canary"), result("tried")), [REACHED]).word is Word.BROKEN


CUT = {"complete": False, "schedules": {}, "coverage": Coverage()}


@pytest.mark.parametrize("fields", [CUT, {"complete": False}, {"timed_out": 1}, {"unchecked": ("tags",)}])
def test_a_failure_is_not_of_the_change_where_the_base_was_not_wholly_swept(fields: dict[str, object]) -> None:
    verdict = judge_trial(run_of(result("base", **fields), result("tried", Kind.TAGS)), [REACHED])
    assert verdict.word is Word.INCONCLUSIVE
    assert "`one` fails with the change (tags), and whether it does without is not known: " in verdict.sentence


def test_what_is_new_beside_what_an_unfinished_base_shows_is_not_of_the_change_either() -> None:
    results = result("base", Kind.TAGS, complete=False), result("tried", Kind.TAGS, Kind.HANG)
    assert judge_trial(run_of(*results), [REACHED]).word is Word.INCONCLUSIVE
    same = result("base", Kind.TAGS, complete=False), result("tried", Kind.TAGS)
    assert judge_trial(run_of(*same), [REACHED]).word is Word.PASS


def test_the_tried_kernel_cut_short_is_no_pass_though_both_fail_alike_and_closes_nothing() -> None:
    results = result("base", Kind.TAGS, Kind.HANG), result("tried", Kind.TAGS, complete=False)
    verdict = judge_trial(run_of(*results), [REACHED])
    assert verdict.word is Word.INCONCLUSIVE
    assert "not every schedule was run" in verdict.sentence
    assert not any("without the change alone" in each for each in verdict.findings)


def test_a_complaint_outside_of_any_scenario_is_of_the_change_only_where_the_base_has_it_not() -> None:
    run = run_of(result("base"), result("tried"))
    one, two = (replace(warning(), kernel=name, scenario="") for name in ("base", "tried"))
    assert judge_trial(replace(run, findings=(two,)), [REACHED]).word is Word.FAIL
    assert judge_trial(replace(run, findings=(one, two)), [REACHED]).word is Word.PASS


def test_a_change_that_does_not_compile_fails() -> None:
    kernels = (KERNELS[0], replace(KERNELS[1], state="no-compile", detail="error"))
    assert judge_trial(run_of(result("base"), kernels=kernels), []).word is Word.FAIL


def without_a_stop(**changes: object) -> Run:
    fields = {"bound": 1, "coverage": Coverage(atomic={1: "preemption off"}), **changes}
    run = run_of(*(result(kernel, **fields) for kernel in ("base", "tried")))
    return replace(run, plan=replace(run.plan, scenarios=tuple(replace(each, bound=1) for each in run.plan.scenarios)))


def test_where_nothing_can_be_stopped_the_runs_without_a_stop_are_all_there_is() -> None:
    assert judge_trial(without_a_stop(), [REACHED]).word is Word.PASS


@pytest.mark.parametrize("fields", [{"timed_out": 1}, {"unchecked": ("tags",)}, {"points": 0}])
def test_where_nothing_can_be_stopped_schedules_and_checks_that_are_missing_still_count(
    fields: dict[str, object],
) -> None:
    assert judge_trial(without_a_stop(**fields), [REACHED]).word is Word.INCONCLUSIVE
