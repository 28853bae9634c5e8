# SPDX-License-Identifier: GPL-2.0-only
"""All pairs on a terminal: one matrix of marks a preparation, then what violates, what is known, what was left out."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from string import ascii_letters
from typing import TYPE_CHECKING

from harness.counted import counted
from harness.report.harmless import harmless
from harness.verdict.pairs import SEVERITY, Filed, FiledWord, describe
from harness.verdict.verdict import Verdict

if TYPE_CHECKING:
    from harness.engine.pairs import Filing

MAX_SHOWN = 40  # violating scenarios; all are in pairs.json
MAX_WINDOWS = 4
NOTHING_TO_STOP, LEFT = "-", "/"
MARKS = {
    FiledWord.AGREES: ".", FiledWord.KNOWN: "k", FiledWord.VIOLATES: "X", FiledWord.INCOMPLETE: "?",
    FiledWord.BROKEN: "!",
}  # fmt: skip
STOPS = {0: "no stop (c = 0)", 1: "one stop (c = 1)", 2: "two stops (c = 2)"}
LEGEND = (
    "row: the operation that starts first; column: the other. Two actors on one page, {stops}.\n"
    ". agrees   - agrees, nobody could be stopped   k known   X violates   ? incomplete   ! broken   / not run"
)


def render_pairs(filing: "Filing", verdict: Verdict, reproduce: str, width: int = 100) -> str:
    """The report as text; the matrices are as wide as there are operations."""
    pairs = [each for each in filing.filed if len(each.operations) == 2]
    groups = dict.fromkeys((each.part, each.prepare) for each in pairs)
    parts = [LEGEND.format(stops=STOPS[filing.bound])] if groups else []
    for part, prepare in sorted(groups, key=lambda each: list(dict.fromkeys(one[0] for one in groups)).index(each[0])):
        parts.append(_matrix(filing, part, prepare, [e for e in pairs if (e.part, e.prepare) == (part, prepare)]))
    parts += [_triples(filing.filed), _violating(filing.filed, width), _known(filing.filed, width)]
    parts += [_unsound(filing.filed, width), _left(filing.left, width)]
    parts.append("\n".join([*textwrap.wrap(harmless(verdict.sentence), width), f"reproduce: {reproduce}"]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _matrix(filing: "Filing", part: str, prepare: str, filed: Sequence[Filed]) -> str:
    marks = {place: mark for each in filed for place, mark in _marks(each).items()}
    first = max(map(len, filing.operations))
    size = {"base": "4 KiB, shared, threads", "2M": "2 MiB, shared, threads"}.get(part, f"4 KiB, {part}")
    lines = [f"== {prepare} ({size}), {filing.kernel} {filing.release}, {filing.filesystem} =="]
    lines.append(
        " " * (first + 3) + " ".join(letter for letter, _op in zip(ascii_letters, filing.operations, strict=False))
    )
    for letter, op in zip(ascii_letters, filing.operations, strict=False):
        cells = " ".join(marks.get((op, other), LEFT) for other in filing.operations)
        lines.append(f"{op.ljust(first)} {letter} {cells}")
    return "\n".join(lines)


def _marks(filed: Filed) -> dict[tuple[str, str], str]:
    """Marks by (first to start, the other). Of an operation with itself the worse of both orders."""
    one, other = filed.operations
    marks: dict[tuple[str, str], str] = {}
    for place, order in (((one, other), "AB"), ((other, one), "BA")):
        word = _in_order(filed, order)
        mark = NOTHING_TO_STOP if word is FiledWord.AGREES and not filed.stopped else MARKS[word]
        if one == other:
            word = max((_in_order(filed, each) for each in ("AB", "BA")), key=SEVERITY.__getitem__)
            mark = mark if word is FiledWord.AGREES else MARKS[word]
        marks[place] = mark
    return marks


def _in_order(filed: Filed, order: str) -> FiledWord:
    """A log finding that belongs to no schedule counts for both orders."""
    if filed.word in (FiledWord.VIOLATES, FiledWord.KNOWN) and any(
        filed.word is each for each in filed.orders.values()
    ):
        return filed.orders.get(order, FiledWord.INCOMPLETE)
    return filed.word


def _triples(filed: Iterable[Filed]) -> str:
    lines = [f"{MARKS[each.word]} {each.scenario}: {describe(each)}" for each in filed if len(each.operations) > 2]
    return "\n".join(["== triples ==", *lines]) if lines else ""


def _violating(filed: Iterable[Filed], width: int) -> str:
    found = [each for each in filed if each.word is FiledWord.VIOLATES]
    lines = []
    for each in found[:MAX_SHOWN]:
        lines += textwrap.wrap(f"{each.scenario}: {describe(each)}", width, subsequent_indent="  ")
        lines += [f"  {failing.kind}: {harmless(failing.example)}" for failing in each.failing if not failing.known]
        lines += [f"  {window}" for window in each.windows[:MAX_WINDOWS]]
        lines += [f"  ... and {len(each.windows) - MAX_WINDOWS} more windows"] * (len(each.windows) > MAX_WINDOWS)
        lines += [f"  {each.replay}"] if each.replay else []
    lines += [f"... and {len(found) - MAX_SHOWN} more, in pairs.json"] * (len(found) > MAX_SHOWN)
    return "\n".join([f"== violates: {len(found)} ==", *lines]) if found else ""


def _known(filed: Iterable[Filed], width: int) -> str:
    counts: Counter[str] = Counter()
    for each in filed:
        counts.update({f"{one.kind}: {one.known}" for one in each.failing if one.known})
    lines = [f"{counted(count, 'scenario')}, {told}" for told, count in sorted(counts.items())]
    wrapped = [line for each in lines for line in textwrap.wrap(harmless(each), width, subsequent_indent="  ")]
    return "\n".join(["== known ==", *wrapped]) if wrapped else ""


def _unsound(filed: Iterable[Filed], width: int) -> str:
    """Incomplete and broken ones by reason: one guest that breaks may take a hundred with it."""
    counts = Counter((each.word, each.why) for each in filed if each.word in (FiledWord.INCOMPLETE, FiledWord.BROKEN))
    lines = [f"{count} {word}: {why}" for (word, why), count in sorted(counts.items())]
    wrapped = [line for each in lines for line in textwrap.wrap(harmless(each), width, subsequent_indent="  ")]
    return "\n".join(["== says nothing, or not all ==", *wrapped]) if wrapped else ""


def _left(left: dict[str, str], width: int) -> str:
    lines = [f"{counted(count, 'scenario')} not run: {why}" for why, count in Counter(left.values()).items()]
    return "\n".join(line for each in lines for line in textwrap.wrap(each, width, subsequent_indent="  "))
