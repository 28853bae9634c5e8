# SPDX-License-Identifier: GPL-2.0-only
import random

import pytest

from harness.bisect.flaky import Flaky, first_parents
from harness.bisect.graph import Graph
from harness.bisect.outcome import Outcome


def flaky(seed: int, culprit: int, rate: float) -> Flaky:
    dice = random.Random(seed)
    return Flaky(range(64), lambda at: Outcome.BAD if at >= culprit and dice.random() < rate else Outcome.GOOD)


@pytest.mark.parametrize("seed", range(8))
def test_a_bug_that_shows_in_some_races_is_found_at_the_stated_confidence(seed: int) -> None:
    found, probability = flaky(seed, 20 + seed, 0.4).run()
    assert probability >= 0.95 and found == (20 + seed,)


def test_without_evidence_no_confidence_is_claimed() -> None:
    bisect = flaky(1, 99, 0.4)
    bisect.tests_max = 30
    _found, probability = bisect.run()
    assert probability < 0.95 and len(bisect.seen) == 30


def test_commits_that_say_nothing_stay_in_the_answer() -> None:
    def observe(at: int) -> Outcome:
        if at in (31, 32):
            return Outcome.NO_BUILD
        return Outcome.BAD if at >= 33 else Outcome.GOOD

    found, probability = Flaky(range(64), observe).run()
    assert found == (31, 32, 33) and probability >= 0.95


def test_the_line_is_that_of_first_parents() -> None:
    graph = Graph(tuple("abcd"), ((), (0,), (0,), (1, 2)))
    assert first_parents(graph, 3) == [0, 1, 3]
