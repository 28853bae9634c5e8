# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace
from typing import Any

import pytest

from harness.cost.change import TAIL, CostChange, Measure, cost_changes, cost_word, measures


def row(trial: int, each: list[int], cpu: int | None = None) -> dict[str, Any]:
    total = sum(each)
    return {
        "t": "cost",
        "name": "read",
        "trial": trial,
        "ns": total,
        "cpu": total if cpu is None else cpu,
        "each": each,
    }


def measured(quantity: str, rows: list[dict[str, Any]]) -> tuple[float, ...]:
    return next(each.values for each in measures(rows) if each.quantity == quantity)


def change(one: list[float], two: list[float], quantity: str = "median latency", unit: str = "us") -> CostChange:
    old, new = (Measure("read", quantity, unit, tuple(values)) for values in (one, two))
    (only,) = cost_changes([old], [new])
    return only


def test_a_row_gives_instructions_percentiles_throughput_and_time_blocked() -> None:
    rows = [{"t": "bye"}, row(0, [1000] * 95 + [9000] * 5)]
    assert measured("instructions", rows) == (700.0,)
    assert measured("median latency", rows) == (1.0,)
    assert measured("90 % latency", rows) == (1.0,)
    assert measured("99 % latency", rows) == (9.0,)
    assert measured("throughput", rows) == (pytest.approx(100 * 1e9 / 140_000),)
    assert measured("blocked", rows) == (0.0,)


def test_time_without_a_cpu_is_time_blocked_and_no_instructions() -> None:
    rows = [row(0, [30_000_000, 30_000_000], cpu=20_000)]
    assert measured("blocked", rows) == (pytest.approx(29_990.0),)
    assert measured("instructions", rows) == (5000.0,)


def test_trials_are_kept_apart_and_in_order() -> None:
    assert measured("median latency", [row(1, [2000]), row(0, [1000])]) == (1.0, 2.0)


def test_twice_as_dear_is_slower_and_half_as_dear_faster() -> None:
    dear = change([10.0, 10.1, 9.9, 10.0], [20.0, 20.2, 19.8, 20.1])
    assert (dear.word, round(dear.ratio, 1)) == ("slower", 2.0)
    assert dear.low <= dear.ratio <= dear.high
    assert change([20.0] * 4, [10.0] * 4).word == "faster"


def test_a_tenth_more_is_the_same_with_the_figure_told() -> None:
    found = change([10.0] * 4, [11.0] * 4)
    assert (found.word, found.before, found.after) == ("same", 10.0, 11.0)


def test_trials_that_scatter_over_the_margin_leave_it_unknown() -> None:
    assert change([10.0, 11.0, 30.0, 9.0], [12.0, 40.0, 10.0, 25.0]).word == "unknown"


def test_throughput_that_halves_is_slower() -> None:
    found = change([1000.0] * 4, [500.0] * 4, "throughput", "/s")
    assert (found.word, found.ratio) == ("slower", 2.0)


def test_time_blocked_from_nothing_is_slower_and_a_little_noise_is_not() -> None:
    assert change([0.0] * 4, [29_980.0] * 4, "blocked").word == "slower"
    assert change([0.0] * 4, [0.2] * 4, "blocked").word == "same"


def test_the_cost_as_a_whole_is_the_worst_that_decides() -> None:
    same, dear = change([10.0] * 4, [11.0] * 4), change([10.0] * 4, [40.0] * 4)
    tail = change([10.0, 11.0, 30.0, 9.0], [12.0, 40.0, 10.0, 25.0], TAIL)
    assert cost_word([]) == "not measured"
    assert cost_word([same, tail]) == "same"
    assert cost_word([same, dear, tail]) == "slower"
    assert cost_word([same, replace(tail, quantity="blocked")]) == "unknown"
    assert cost_word([same, replace(dear, exact=False)]) == "same"
    assert cost_word([same, replace(dear, quantity=TAIL)]) == "slower"


def test_what_one_kernel_was_not_measured_in_is_left_out() -> None:
    assert cost_changes([Measure("read", "blocked", "us", (1.0,))], []) == ()
