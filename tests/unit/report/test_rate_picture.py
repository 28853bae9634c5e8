# SPDX-License-Identifier: GPL-2.0-only
from harness.report.rate_picture import rate_picture
from harness.verdict.statistics import rate, upper_bound


def test_the_axis_ends_at_a_round_rate_above_every_interval() -> None:
    picture = rate_picture([("broken", "sigbus", rate(171, 2000)), ("stock", "", rate(0, 2000))])
    assert picture and picture.top == "10%"
    assert all(0 <= bar.left <= bar.dot <= bar.right <= 1000 for bar in picture.bars)
    assert picture.bars[0].dot == 855


def test_without_a_failure_the_bar_ends_at_the_bound_that_the_words_state() -> None:
    picture = rate_picture([("stock", "", rate(0, 2000))])
    assert picture and picture.top == "0.20%"
    bar = picture.bars[0]
    assert (bar.left, bar.dot) == (0, 0)
    assert bar.right == round(1000 * upper_bound(2000) / 0.002, 1)
    assert "rate below 0.15%" in bar.told


def test_a_kernel_that_always_fails_fills_the_axis() -> None:
    picture = rate_picture([("broken", "sigbus", rate(50, 50))])
    assert picture and picture.top == "100%" and picture.bars[0].right == 1000


def test_no_race_no_picture() -> None:
    assert rate_picture([]) is None
    assert rate_picture([("stock", "", rate(0, 0))]) is None
