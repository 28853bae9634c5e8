# SPDX-License-Identifier: GPL-2.0-only
"""Which of the pending cache lines a power cut lets through: none, all, what one call flushed, and some at random.

A line reaches the medium as a whole, so what was flushed of one line arrives in order: a later flush of it never
without the earlier ones. Lines are independent of each other until a fence.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.powercut.medium import LINE, Flush


@dataclass(frozen=True)
class Subset:
    """Pieces of flushes, none longer than a line, in the order in which they were flushed."""

    name: str
    pieces: tuple[Flush, ...]


def subsets(pending: Sequence[Flush], seed: str, alone: int, at_random: int) -> list[Subset]:
    """The chosen ones: at most ``alone`` flushes each alone, drawn by ``seed`` if there are more."""
    if not pending:
        return [Subset("", ())]
    draw = random.Random(seed)
    pieces = list(lines(pending))
    chosen = [Subset("none of the pending lines", ()), Subset("all pending lines", tuple(pieces))]
    numbers = sorted({flush.number for flush in pending})
    if len(numbers) > 1:
        few = sorted(draw.sample(numbers, min(alone, len(numbers))))
        chosen += [Subset(f"flush {number} alone", _with_earlier(pieces, number)) for number in few]
    chosen += [Subset(f"random lines {count + 1}", _some(pieces, draw)) for count in range(at_random)]
    return chosen


def lines(flushes: Sequence[Flush]) -> Iterator[Flush]:
    """The flushes cut at the bounds of cache lines."""
    for flush in flushes:
        offset, data = flush.offset, flush.data
        while data:
            here = LINE - offset % LINE
            yield Flush(flush.number, offset, data[:here])
            offset, data = offset + len(data[:here]), data[here:]


def _with_earlier(pieces: Sequence[Flush], number: int) -> tuple[Flush, ...]:
    touched = {piece.offset // LINE for piece in pieces if piece.number == number}
    return tuple(piece for piece in pieces if piece.offset // LINE in touched and piece.number <= number)


def _some(pieces: Sequence[Flush], draw: random.Random) -> tuple[Flush, ...]:
    """Of each line a first part of its pieces, how long is drawn."""
    count: dict[int, int] = {}
    for piece in pieces:
        count[piece.offset // LINE] = count.get(piece.offset // LINE, 0) + 1
    left = {line: draw.randint(0, number) for line, number in sorted(count.items())}
    taken = []
    for piece in pieces:
        left[piece.offset // LINE] -= 1
        if left[piece.offset // LINE] >= 0:
            taken.append(piece)
    return tuple(taken)
