# SPDX-License-Identifier: GPL-2.0-only
from harness.cost.change import Cost, CostChange
from harness.cost.words import cost_rows, cost_told, number

SAME = CostChange("fsync", "instructions", "", 4000.0, 4040.0, 1.01, 1.0, 1.02, "same")
DEAR = CostChange("read-fault, hole", "median latency", "us", 7.5, 30_000.0, 4000.0, 3990.0, 4010.0, "slower")


def test_numbers_are_never_powers_of_ten() -> None:
    assert [number(each) for each in (30_000.4, 99.96, 31.8, 0.0, 0.123)] == ["30,000", "100", "31.8", "0", "0.123"]


def test_a_table_has_a_row_an_operation_and_a_column_a_quantity_that_was_measured() -> None:
    assert cost_rows([SAME, DEAR]) == [
        ["operation", "median latency, us", "instructions"],
        ["fsync", "", "4,000 -> 4,040"],
        ["read-fault, hole", "7.5 -> 30,000", ""],
    ]


def test_nothing_measured_is_a_table_of_titles_alone() -> None:
    assert cost_rows([]) == [["operation"]]


def test_a_run_says_the_worst_in_one_word_and_names_what_changed() -> None:
    assert cost_told(Cost("old", "new", (SAME, DEAR))) == [
        "`new` against `old`: slower, by a margin of 1.5 times",
        "slower: read-fault, hole, median latency: 7.5 -> 30,000 us, 4,000 times as dear [3,990, 4,010]",
    ]


def test_a_cost_that_was_not_measured_says_why() -> None:
    assert cost_told(Cost("old", "new", missing="`new` does not run")) == [
        "`new` against `old`: not measured: `new` does not run"
    ]
