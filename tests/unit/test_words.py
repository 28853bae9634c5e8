# SPDX-License-Identifier: GPL-2.0-only
"""What verbs share of reading their command lines."""

from argparse import Namespace

import pytest

from harness import words
from harness.errors import BadInput


def test_a_budget_is_in_seconds_and_none_where_it_is_not_given() -> None:
    assert words.budget("2m") == 120
    assert words.budget(None) is None


def test_a_budget_that_is_no_time_is_named_with_its_option() -> None:
    with pytest.raises(BadInput, match=r"^--budget: "):
        words.budget("soon")


def test_names_that_are_none_are_refused() -> None:
    assert words.names([], "--scenario") == ()
    with pytest.raises(BadInput, match=r"^--scenario `,` names nothing"):
        words.names([","], "--scenario")


def test_an_option_without_effect_is_refused_also_where_its_value_is_zero() -> None:
    given = Namespace(bound=0, fresh=False, with_=None, scenario=[])
    words.refuse(given, "has no effect", "fresh", "with_", "scenario")
    with pytest.raises(BadInput, match=r"^--bound has no effect$"):
        words.refuse(given, "has no effect", "fresh", "bound")


def test_names_come_from_several_words_with_several_names_each() -> None:
    assert words.names(["a,b", "", "c,"], "--scenario") == ("a", "b", "c")
