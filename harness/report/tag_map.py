# SPDX-License-Identifier: GPL-2.0-only
"""The dirty-tag map: what entry and mapping of a page were when the tag check objected, and which two contradict.

The racer tells the first violation of each check (oracle_tags() of guest-tests/racer/oracle.c), so the map shows pages
that somebody objected to and no others. Bits are those of guest-tests/include/dirty_tags.h.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.sweep.records import Kind, SweepResult

TOLD = re.compile(
    r"index (?P<index>\d+): (?P<rule>.+?) \(entry (?P<entry>0|0x[0-9a-f]+) order (?P<order>\d+) pfn \S+, "
    r"mapping (?P<mapping>0|0x[0-9a-f]+) pfn [^;]+; \d+ in all\)$"
)
ENTRY = ("entry", "locked", "zero page", "empty", "dirty", "towrite")
MAPPING = ("mapped", "writable", "pte dirty", "young", "huge", "special", "zero pte", "own copy", "shared")
SHOWN_MAPPING = ("mapped", "writable", "pte dirty", "huge", "zero pte", "shared")
STATES = ENTRY + SHOWN_MAPPING
# What contradicts what, by the beginning of the rule's sentence.
AT_ODDS: dict[str, tuple[str, ...]] = {
    "a shared mapping is writable": ("dirty", "writable"),
    "a mapping shows another page": ("entry", "mapped"),
    "a page of the file is mapped": ("entry", "empty", "mapped"),
    "the zero page is mapped": ("zero page", "zero pte"),
    "the zero page is writable": ("zero page", "writable"),
    "a mapping of 2 MiB": ("entry", "huge"),
    "an entry is locked": ("locked",),
    "tagged after fsync": ("dirty", "towrite"),
}


@dataclass(frozen=True)
class TagCell:
    """One state of one row: in how many of the row's schedules it was set; ``odd``: it is part of what is wrong."""

    state: str
    times: int
    odd: bool


@dataclass(frozen=True)
class TagRow:
    """One page index and one broken rule: ``times`` schedules showed it, ``schedule`` is the first of them."""

    index: int
    rule: str
    order: int  # the entry covers 1 << order pages
    times: int
    schedule: str
    cells: tuple[TagCell, ...]


@dataclass(frozen=True)
class _Seen:
    index: int
    rule: str
    order: int
    states: frozenset[str]
    schedule: str


def tag_map(result: SweepResult, limit: int = 40) -> tuple[TagRow, ...]:
    """The rows of one sweep by index and rule, at most ``limit``; empty where the tag check objected to nothing."""
    seen: dict[tuple[int, str, int], list[_Seen]] = {}
    for each in _objections(result):
        seen.setdefault((each.index, each.rule, each.order), []).append(each)
    return tuple(_row(seen[key]) for key in sorted(seen))[:limit]


def _objections(result: SweepResult) -> Iterable[_Seen]:
    for outcome in result.outcomes:
        for violation in outcome.violations:
            found = TOLD.search(violation.detail) if violation.kind is Kind.TAGS else None
            if found:
                entry, mapping = (int(found[name], 16) for name in ("entry", "mapping"))
                states = frozenset(_set(ENTRY, entry) + _set(MAPPING, mapping))
                yield _Seen(int(found["index"]), found["rule"], int(found["order"]), states, str(outcome.schedule))


def _set(names: tuple[str, ...], bits: int) -> list[str]:
    return [name for number, name in enumerate(names) if bits >> number & 1]


def _row(seen: list[_Seen]) -> TagRow:
    first = seen[0]
    odd = next((states for begin, states in AT_ODDS.items() if first.rule.startswith(begin)), ())
    cells = tuple(
        TagCell(state, len({each.schedule for each in seen if state in each.states}), state in odd) for state in STATES
    )
    return TagRow(first.index, first.rule, first.order, len({each.schedule for each in seen}), first.schedule, cells)
