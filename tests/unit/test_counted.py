# SPDX-License-Identifier: GPL-2.0-only
"""Numbers of things as a person writes them."""

import pytest

from harness.counted import counted


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 schedules"), (1, "1 schedule"), (2, "2 schedules"), (1234, "1,234 schedules")]
)
def test_one_thing_is_told_without_an_s_and_thousands_with_a_comma(count: int, told: str) -> None:
    assert counted(count, "schedule") == told
