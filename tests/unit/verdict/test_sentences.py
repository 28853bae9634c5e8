# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.verdict.sentences import scope
from tests.fakes.results import run as fake_run


def test_a_sentence_says_whether_both_orders_of_a_wake_up_were_run() -> None:
    run = fake_run()
    assert "both orders of a wake-up" not in scope(run.results, run.plan)
    assert "from every start order and both orders of a wake-up," in scope(
        run.results, replace(run.plan, both_wake_ups=True)
    )


def test_a_sentence_counts_stops_in_atomic_sections_and_those_that_were_given_up() -> None:
    run = fake_run()
    assert "atomic" not in scope(run.results, run.plan)
    result = replace(
        run.results[0], passing=("AB", "AB A@f+0x10#1!", "AB A@f+0x10#1"), given_up=("BA B@g+0x4#1!",), outcomes=()
    )
    assert scope([result], run.plan).endswith(
        "; 1 of the schedules stop within an atomic section, 1 more given up and not tested"
    )
