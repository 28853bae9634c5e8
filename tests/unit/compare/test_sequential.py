# SPDX-License-Identifier: GPL-2.0-only
import pytest
from numpy.random import Generator, default_rng

from harness.compare.sequential import ALPHA, Duel, interval, races_needed
from harness.verdict.statistics import upper_bound

EXPERIMENTS = 2000
LOOKS = 20
BLOCK = 64


def binomial(draw: Generator, rate: float) -> int:
    return int(draw.binomial(BLOCK, rate))


def first(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The log of the test's value behind a first block, which may be below that of no block."""
    duel = Duel(highest=-1e9)
    duel.block(one, other)
    return duel.highest


def peeked(draw: Generator, one: float, other: float) -> Duel:
    """A duel that is looked at behind each block, and ended by the first alarm."""
    duel = Duel()
    for _look in range(LOOKS):
        duel.block((binomial(draw, one), BLOCK), (binomial(draw, other), BLOCK))
        if duel.p <= ALPHA:
            break
    return duel


@pytest.mark.parametrize("rate", [0.005, 0.1, 0.5])
def test_looking_after_every_block_raises_no_more_false_alarms_than_alpha(rate: float) -> None:
    draw = default_rng(20261124)
    alarms = sum(peeked(draw, rate, rate).p <= ALPHA for _experiment in range(EXPERIMENTS))
    assert alarms <= ALPHA * EXPERIMENTS


def test_fishers_test_looked_at_as_often_raises_more_than_that() -> None:
    """The reason why it will not do; fewer experiments, as the point is far off."""
    from scipy.stats import fisher_exact

    draw, alarms = default_rng(1), 0
    for _experiment in range(40):
        one = other = races = 0
        for _look in range(LOOKS):
            one, other, races = one + binomial(draw, 0.3), other + binomial(draw, 0.3), races + BLOCK
            if fisher_exact([[one, races - one], [other, races - other]])[1] <= ALPHA:
                alarms += 1
                break
    assert alarms > 2 * ALPHA * 40


def test_rates_that_differ_are_told_apart_after_few_blocks() -> None:
    draw = default_rng(2)
    for one, other in ((0.3, 0.0), (0.0, 0.3), (0.1, 0.01)):
        assert peeked(draw, one, other).p <= ALPHA


def test_the_expected_likelihood_ratio_of_one_block_is_at_most_one_whatever_the_common_rate() -> None:
    from math import comb, exp

    def weight(failed: int, races: int, rate: float) -> float:
        return comb(races, failed) * rate**failed * (1 - rate) ** (races - failed)

    for rate in (0.01, 0.2, 0.5, 0.9):
        for n, m in ((3, 3), (2, 5)):
            mean = sum(
                weight(i, n, rate) * weight(j, m, rate) * exp(first((i, n), (j, m)))
                for i in range(n + 1)
                for j in range(m + 1)
            )
            assert mean <= 1 + 1e-9


def test_a_block_of_one_kernel_alone_counts_its_races_and_says_nothing() -> None:
    duel = Duel()
    duel.block((5, 64), (0, 0))
    assert (duel.failed, duel.races, duel.p) == ([5, 0], [64, 0], 1.0)


@pytest.mark.parametrize("bad", [(-1, 4), (5, 4)])
def test_more_failures_than_races_are_refused(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Duel().block(bad, (0, 4))
    with pytest.raises(ValueError, match="cannot be"):
        interval(*bad)


def test_the_interval_covers_the_rate_at_every_look() -> None:
    draw = default_rng(3)
    for rate in (0.01, 0.3):
        left = 0
        for _experiment in range(200):
            failed = races = 0
            for _look in range(LOOKS):
                failed, races = failed + binomial(draw, rate), races + BLOCK
                found = interval(failed, races)
                if not found.low <= rate <= found.high:
                    left += 1
                    break
        assert left <= ALPHA * 200


def test_no_failure_is_an_upper_bound_that_is_wider_than_that_of_one_look() -> None:
    found = interval(0, 2000)
    assert found.low == 0.0
    assert upper_bound(2000) < found.high < 3 * upper_bound(2000)
    assert interval(0, 0).high == 1.0
    assert interval(64, 64).high == 1.0


@pytest.mark.parametrize("bound", [0.05, 0.01, 0.0004])
def test_the_races_needed_for_a_bound_are_the_fewest_that_reach_it(bound: float) -> None:
    needed = races_needed(bound)
    assert interval(0, needed).high <= bound < interval(0, needed - 1).high


def test_a_bound_that_is_no_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        races_needed(0.0)
