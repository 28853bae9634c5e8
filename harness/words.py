# SPDX-License-Identifier: GPL-2.0-only
"""What verbs share of reading their command lines."""

from argparse import Namespace
from collections.abc import Sequence

from harness.config.units import seconds_of
from harness.errors import BadInput


def budget(text: str | None) -> float | None:
    """Seconds of ``--budget``, None where it is not given. Raises BadInput."""
    try:
        return seconds_of(text) if text is not None else None
    except ValueError as error:
        raise BadInput(f"--budget: {error}") from None


def names(words: Sequence[str], option: str) -> tuple[str, ...]:
    """The names of an option that may be given several times, each time with several names.

    Raises BadInput where it is given and names nothing.
    """
    found = tuple(name for each in words for name in each.split(",") if name)
    if words and not found:
        raise BadInput(f"{option} `{words[0]}` names nothing: write names with commas between them, or leave it out")
    return found


def refuse(args: Namespace, why: str, *options: str) -> None:
    """Raises BadInput for the first of ``options`` (attributes of ``args``) that is given: it would have no effect."""
    for name in options:
        value = getattr(args, name)
        if value is not None and value is not False and value != []:
            raise BadInput(f"--{name.rstrip('_').replace('_', '-')} {why}")


def whole(number: int | None, option: str, least: int) -> int | None:
    """``number``, None where it is not given. Raises BadInput for one under ``least``."""
    if number is not None and number < least:
        raise BadInput(f"{option}: {number} cannot be, take {least} or more")
    return number
