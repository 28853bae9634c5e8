# SPDX-License-Identifier: GPL-2.0-only
"""What verbs share of reading their command lines."""

from collections.abc import Sequence

from harness.config.units import seconds_of
from harness.errors import BadInput


def budget(text: str | None) -> float | None:
    """Seconds of ``--budget``, None where it is not given. Raises BadInput."""
    try:
        return seconds_of(text) if text else None
    except ValueError as error:
        raise BadInput(f"--budget: {error}") from None


def names(words: Sequence[str]) -> tuple[str, ...]:
    """The names of an option that may be given several times, each time with several names."""
    return tuple(name for each in words for name in each.split(",") if name)
