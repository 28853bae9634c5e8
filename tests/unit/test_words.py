# SPDX-License-Identifier: GPL-2.0-only
"""What verbs share of reading their command lines."""

import pytest

from harness import words
from harness.errors import BadInput


def test_a_budget_is_in_seconds_and_none_where_it_is_not_given() -> None:
    assert words.budget("2m") == 120
    assert words.budget(None) is None


def test_a_budget_that_is_no_time_is_named_with_its_option() -> None:
    with pytest.raises(BadInput, match=r"^--budget: "):
        words.budget("soon")


def test_names_come_from_several_words_with_several_names_each() -> None:
    assert words.names(["a,b", "", "c,"]) == ("a", "b", "c")
