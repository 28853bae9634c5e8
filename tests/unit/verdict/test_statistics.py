# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.verdict.statistics import fisher, percent, races_needed, rate, upper_bound


@pytest.mark.parametrize(
    ("failed", "races", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),  # Clopper and Pearson's own kind of table: 1 - 0.025 ** (1 / 10)
        (10, 10, 0.6915, 1.0),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (81, 263, 0.2527, 0.3676),  # Newcombe 1998, Statistics in Medicine 17, table I, method 5
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_the_exact_interval_is_that_of_the_literature(failed: int, races: int, low: float, high: float) -> None:
    found = rate(failed, races)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("failed", "races", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_s_interval_is_that_of_the_literature(failed: int, races: int, low: float, high: float) -> None:
    found = rate(failed, races, "wilson")  # Newcombe 1998, table I, method 3
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_fisher_s_tea_tasting_lady_is_as_he_gave_it() -> None:
    assert fisher((3, 4), (1, 4)) == pytest.approx(0.4857, abs=5e-5)


def test_fisher_tells_a_clear_difference_and_does_not_mind_the_order() -> None:
    assert fisher((529, 6144), (0, 6144)) < 1e-100
    assert fisher((3, 50), (9, 60)) == pytest.approx(fisher((9, 60), (3, 50)))
    assert fisher((0, 100), (0, 100)) == 1.0


@pytest.mark.parametrize(("races", "bound"), [(1, 0.95), (10, 0.2589), (299, 0.00997), (3000, 0.000998)])
def test_no_failure_bounds_the_rate(races: int, bound: float) -> None:
    assert upper_bound(races) == pytest.approx(bound, rel=1e-3)


def test_no_race_bounds_nothing() -> None:
    assert upper_bound(0) == 1.0
    assert str(rate(0, 0)) == "no races run"


@pytest.mark.parametrize("bound", [0.5, 0.1, 0.01, 0.001])
def test_the_races_needed_are_the_fewest_that_bound_the_rate(bound: float) -> None:
    needed = races_needed(bound)
    assert upper_bound(needed) <= bound < upper_bound(needed - 1)


def test_a_rate_reads_with_its_interval_and_silence_as_a_bound() -> None:
    assert str(rate(171, 2000)) == "171 of 2,000: 8.6% [7.4%, 9.9%]"
    assert str(rate(0, 2000)) == "no failure in 2,000: rate below 0.15% (95%)"


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.00012, "0.012%"), (0.0123, "1.2%"), (0.5, "50%"), (1, "100%")]
)
def test_a_small_share_never_reads_as_nothing(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(("failed", "races"), [(-1, 5), (6, 5), (1, 0)])
def test_impossible_counts_are_refused(failed: int, races: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        rate(failed, races)
