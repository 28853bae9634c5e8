# SPDX-License-Identifier: GPL-2.0-only
"""Ranges of kernel releases."""

import pytest
from pydantic import TypeAdapter, ValidationError

from harness.config.releases import Releases, within


@pytest.mark.parametrize(
    ("releases", "release", "holds"),
    [
        (">=6.1 <6.2", "6.1.192", True),
        (">=6.1 <6.2", "6.2", False),
        (">=6.1 <6.2", "6.0.19", False),
        ("<=6.1", "6.1.192", True),  # as many numbers as the bound has
        ("==6.12", "6.1.192", False),
        (">=6.12", "6.2.1", False),  # numbers, no text
        (">5", "7.3.0-rc1-lab", True),
        (None, "4.6", True),
    ],
)
def test_a_release_is_in_a_range_if_every_bound_holds(releases: str | None, release: str, holds: bool) -> None:
    assert within(releases, release) is holds


def test_a_text_that_is_no_release_is_in_no_range() -> None:
    assert not within(">=4", "next-20260101")


@pytest.mark.parametrize("text", ["", "6.1", "~6.1", ">=6.1,<6.2"])
def test_what_is_no_range_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match=r"is no bound of kernel releases: write for example `>=6\.1 <6\.2`"):
        TypeAdapter(Releases).validate_python(text)
