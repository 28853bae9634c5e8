# SPDX-License-Identifier: GPL-2.0-only
"""Lines of a source file that a change touches, and the functions they lie in.

The sources are compared, not the patches read: `patch` moves a hunk that does not apply where its header says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.points.point import Point

Line = tuple[str, int]  # file, line number from 1
Block = tuple[int, int, int, int]  # lines [i, i_end) of the old text became [j, j_end) of the new one, from 0


@dataclass(frozen=True)
class Difference:
    """Line numbers from 1. ``gone`` of the old text, ``come`` of the new one; where lines are missing their neighbours
    stand for them. ``gaps``: lines of the new text in front of which lines are missing that nothing replaces.
    ``replaced``: lines of the new text that stand where others were, block by block."""

    gone: frozenset[int]
    come: frozenset[int]
    gaps: frozenset[int]
    replaced: tuple[range, ...] = ()


def difference(before: str, after: str) -> Difference:
    """What differs between two texts."""
    gone, come, gaps, replaced = set[int](), set[int](), set[int](), list[range]()
    for i, i_end, j, j_end in _blocks(before, after):
        gone |= _numbers(i, i_end)
        come |= _numbers(j, j_end)
        if j == j_end:
            gaps.add(j + 1)
        elif i != i_end:
            replaced.append(range(j + 1, j_end + 1))
    return Difference(frozenset(gone), frozenset(come), frozenset(gaps), tuple(replaced))


def _blocks(before: str, after: str) -> list[Block]:
    old, new = before.splitlines(), after.splitlines()
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])
    matcher = SequenceMatcher(None, old[begin : len(old) - end], new[begin : len(new) - end], autojunk=False)
    return [
        (begin + i, begin + i_end, begin + j, begin + j_end)
        for tag, i, i_end, j, j_end in matcher.get_opcodes() if tag != "equal"
    ]  # fmt: skip


def _numbers(begin: int, end: int) -> set[int]:
    return set(range(begin + 1, end + 1)) or {begin, begin + 1}


def _common(one: list[str], other: list[str]) -> int:
    """How many lines agree from the start."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def touched_functions(points: Iterable[Point], lines: set[Line]) -> set[str]:
    """ELF functions that hold code of these lines, inlined or not."""
    return {point.function for point in points if touches(point, lines)}


def touches(point: Point, lines: set[Line]) -> bool:
    """Whether the point stands for one of the lines."""
    return any((frame.file, frame.line) in lines for frame in point.frames)


def code_lines(points: Iterable[Point]) -> set[Line]:
    """Every line that some point stands for."""
    return {(frame.file, frame.line) for point in points for frame in point.frames}


def lines_with_code(points: Iterable[Point], lines: set[Line]) -> set[Line]:
    """Those of the lines that some point stands for: a comment is reached by nobody."""
    return code_lines(points) & lines


def code_around(points: Iterable[Point], places: Iterable[Line]) -> set[Line]:
    """The nearest lines with code in front of and behind each place, where one function has code on both sides.

    What is taken away between a blank line and a comment has no line of its own left, and is next to code all the same.
    """
    places, found = list(places), set[Line]()
    for (file, _function), numbers in _lines_by_function(points).items():
        for at in (number for name, number in places if name == file):
            before, behind = [each for each in numbers if each < at], [each for each in numbers if each >= at]
            if before and behind:
                found |= {(file, max(before)), (file, min(behind))}
    return found


def _lines_by_function(points: Iterable[Point]) -> dict[tuple[str, str], set[int]]:
    """Lines with code by file and function of the source, inlined or not."""
    lines: dict[tuple[str, str], set[int]] = {}
    for frame in (frame for point in points for frame in point.frames):
        lines.setdefault((frame.file, frame.function), set()).add(frame.line)
    return lines
