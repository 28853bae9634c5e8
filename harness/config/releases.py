# SPDX-License-Identifier: GPL-2.0-only
"""Ranges of kernel releases, as yaml files write them: ``>=6.1 <6.2``."""

import operator
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator

from harness.config.section import wrong

BOUND = re.compile(r"(>=|<=|==|<|>)(\d+(?:\.\d+)*)$")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "<": operator.lt, ">": operator.gt,
}  # fmt: skip


def _range(text: str) -> str:
    for word in text.split() or [""]:
        if not BOUND.match(word):
            raise wrong(f"`{word}` is no bound of kernel releases: write for example `>=6.1 <6.2`")
    return text


Releases = Annotated[str, AfterValidator(_range)]  # ">=6.1 <6.2"


def within(releases: Releases | None, release: str) -> bool:
    """Whether a kernel's release (``6.1.192``) satisfies every bound of ``>=6.1 <6.2``; None has no bound."""
    return all(_holds(word, release) for word in (releases or "").split())


def _holds(word: str, release: str) -> bool:
    bound = BOUND.match(word)
    numbers = re.match(r"\d+(?:\.\d+)*", release)
    if not bound or not numbers:
        return False
    wanted = [int(part) for part in bound[2].split(".")]
    have = [int(part) for part in numbers[0].split(".")] + [0] * len(wanted)
    return COMPARE[bound[1]](have[: len(wanted)], wanted)
