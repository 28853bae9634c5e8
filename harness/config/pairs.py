# SPDX-License-Identifier: GPL-2.0-only
"""All pairs of operations as scenarios: made from the racer's table, not written down one by one.

A scenario runs in every start order, so that an unordered pair is both ordered ones.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement
from typing import Any, Literal

from harness.config.operations import effects
from harness.config.pairs_file import Apart, PairsFile
from harness.config.scenario import Actor, Scenario
from harness.errors import BadInput, LabBroke

Part = Literal["base", "more", "private", "processes", "2M", "triples"]
# What each part changes of the base: 4 KiB pages, shared mappings, threads.
DIMENSIONS: dict[Part, dict[str, str]] = {
    "base": {}, "more": {}, "private": {"map": "private"}, "processes": {"actors_as": "processes"},
    "2M": {"size": "2M"},
}  # fmt: skip
PARTS: tuple[Part, ...] = ("base", "more", "private", "processes", "2M", "triples")
# Dirty files first: the first scenario of a guest then flushes, which proves the durability oracle's probes.
PREPARES = ("written", "synced", "hole", "read", "unwritten")
PAGES = {"4K": 2, "2M": 1}  # a second page shows what reaches too far; of 2 MiB it would double the time
PAGES_MAX = 4  # guest-tests/racer/racer.h
NAME_MAX = 63  # bytes: NAME_LEN of guest-tests/racer/racer.h less the end


def parts_of(text: str) -> tuple[Part, ...]:
    """``"private,2M"`` or ``"all"`` as parts, in their own order. Raises BadInput for an unknown word, or none."""
    words = [word for word in text.split(",") if word]
    if not words:
        raise BadInput(f"--all-pairs: `{text}` names no part: write {', '.join(PARTS)} or all")
    for word in words:
        if word not in (*PARTS, "all"):
            raise BadInput(f"--all-pairs: there is no part `{word}`: write {', '.join(PARTS)} or all")
    return tuple(part for part in PARTS if part in words or "all" in words)


def pair_scenarios(parts: Iterable[Part], file: PairsFile, names: Sequence[str] = ()) -> tuple[Scenario, ...]:
    """Every scenario of these parts at c = 1.

    ``names`` are the operations that pairs are made of. Without them those are the core of ``file``, and the part
    ``more`` has every pair of which one is not in the core. Triples are those of the file, with ``names`` those of
    these operations alone.
    """
    made: list[Scenario] = []
    for part in parts:
        if part == "triples":
            made += [scenario(each.operations, prepare, part) for each in file.triples
                     if not names or set(each.operations) <= set(names) for prepare in each.prepare]  # fmt: skip
        else:
            made += [scenario(pair, prepare, part) for pair in _pairs(part, file, names) for prepare in PREPARES]
    # Preparation outermost: the order in which guests run them, see PREPARES.
    return tuple(sorted(made, key=lambda each: PREPARES.index(each.prepare)))


def _pairs(part: Part, file: PairsFile, names: Sequence[str]) -> list[tuple[str, str]]:
    core = set(names or file.core or effects())
    # What acts on no file meets nothing of the others; asked for by name it is run all the same.
    on_file = [name for name, does in effects().items() if "PIPES" not in does or name in names]
    every = combinations_with_replacement(on_file, 2)
    if part == "more":
        return [] if names else [pair for pair in every if not set(pair) <= core]
    return [pair for pair in every if set(pair) <= core]


def scenario(ops: Sequence[str], prepare: str, part: Part = "base") -> Scenario:
    """One scenario: each of ``ops`` on the first page, checked for all that applies."""
    dimension = DIMENSIONS.get(part, {})
    more: dict[str, Any] = {"prepare": prepare, "pages": _pages(ops, dimension), "bound": 1, **dimension}
    made = Scenario(
        name=_name(ops, prepare, dimension), title=f"{', '.join(ops)} on a page that is {prepare}",
        actors=tuple(Actor(op=op) for op in ops), checks=_checks(ops, prepare), **more,
    )  # fmt: skip
    if len(made.name) > NAME_MAX:
        raise LabBroke(f"{made.name}: longer than the racer's {NAME_MAX} bytes; give the operation a shorter name")
    return made


def _pages(ops: Sequence[str], dimension: dict[str, str]) -> int:
    """Every collapse must end before the file does (fallocate(2)), also behind another."""
    collapses = sum("SHIFTS" in effects()[op] for op in ops)
    return min(PAGES_MAX, max(PAGES[dimension.get("size", "4K")], 1 + collapses))


def _name(ops: Sequence[str], prepare: str, dimension: dict[str, str]) -> str:
    kind = "pair" if len(ops) == 2 else "triple"
    return "-".join([kind, *ops, prepare, *(value.lower() for value in dimension.values())])


def _checks(ops: Sequence[str], prepare: str) -> tuple[Literal["tags", "durable"], ...]:
    """Durability applies where there is something to be promised: old data, a store, or a write(2)."""
    does = frozenset[str]().union(*(effects()[op] for op in ops))
    durable = prepare in ("written", "synced") or does & {"STORES", "WRITES"}
    return ("tags", "durable") if durable else ("tags",)


def apart(scenario: Scenario, entries: Sequence[Apart], filesystem: str) -> str:
    """Why this scenario is not run, "" if it is."""
    return next((entry.reason for entry in entries if entry.covers(scenario, filesystem)), "")
