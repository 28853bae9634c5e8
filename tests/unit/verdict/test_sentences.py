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
