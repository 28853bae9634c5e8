# SPDX-License-Identifier: GPL-2.0-only
from hypothesis import given
from hypothesis import strategies as st

from harness.compare.holm import holm


def test_values_are_adjusted_as_holm_did() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == (0.03, 0.06, 0.06, 0.02)


def test_nothing_is_adjusted_where_there_is_one_comparison_or_none() -> None:
    assert holm([0.04]) == (0.04,)
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=20))
def test_an_adjusted_value_is_never_smaller_nor_above_one_and_keeps_the_order(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(one <= other <= 1 for one, other in zip(values, adjusted, strict=True))
    ranked = sorted(range(len(values)), key=lambda at: values[at])
    assert [adjusted[at] for at in ranked] == sorted(adjusted)
