# SPDX-License-Identifier: GPL-2.0-only
"""The source that the points lie in, once for all kernels of a run: lines of equal text side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.points.point import Frame, Point
from harness.results.run import KernelInfo, Run
from harness.sweep.window import source_line

Key = tuple[str, str, int]  # file, function, line
Line = tuple[str, str, str | None, int]  # file, function, text if it is known, number
Merged = tuple[str, str, str | None, dict[int, int]]  # the same with numbers by kernel


@dataclass(frozen=True)
class SourceRow:
    """One source line; ``lines`` are its numbers by kernel, in the run's order, None where one has no such line."""

    file: str
    function: str
    text: str
    lines: tuple[int | None, ...]


@dataclass(frozen=True)
class SourceMap:
    """All rows, functions of a file in the order of the source; and where each kernel's lines are in them."""

    rows: tuple[SourceRow, ...]
    places: tuple[Mapping[Key, int], ...]  # by kernel: row of a line

    def row(self, kernel: int, point: Point | None) -> int | None:
        """The row of a point of the kernel of that number."""
        return self.places[kernel].get(key_of(point)) if point else None


def key_of(point: Point) -> Key:
    """The line that stands for a point; the unit and line 0 where nothing is known."""
    frame = source_line(point) or Frame(point.function, point.unit, 0)
    return (frame.file, frame.function, frame.line)


def source_map(run: Run) -> SourceMap:
    """The source of all functions with a point that some actor reached, from each one's first such line to its last.

    Lines of two kernels correspond if difflib pairs them. A run of before whole functions were kept has fewer lines.
    """
    merged: list[Merged] = []
    for number, kernel in enumerate(run.kernels):
        merged = _merged(merged, number, list(_lines(kernel, run.points.get(kernel.name, ()))))
    count = len(run.kernels)
    rows = tuple(SourceRow(*row[:2], row[2] or "", tuple(map(row[3].get, range(count)))) for row in merged)
    places: tuple[dict[Key, int], ...] = tuple({} for _ in range(count))
    for place, row in enumerate(rows):
        for number, line in enumerate(row.lines):
            if line is not None:
                places[number][(row.file, row.function, line)] = place
    return SourceMap(rows, places)


def _lines(kernel: KernelInfo, points: Sequence[Point]) -> Iterator[Line]:
    """Each line of one kernel."""
    found: dict[tuple[str, str], set[int]] = {}
    for point in points:
        found.setdefault(key_of(point)[:2], set()).add(key_of(point)[2])
        for frame in point.frames:
            if frame.file in kernel.lines:
                found.setdefault((frame.file, frame.function), set()).add(frame.line)
    for (file, function), numbers in sorted(found.items(), key=lambda each: (each[0][0], min(each[1]), each[0][1])):
        texts = kernel.lines.get(file, {})
        between = (line for line in range(min(numbers), max(numbers)) if line in texts)
        for line in sorted(numbers.union(between)):
            yield file, function, texts[line].rstrip() if line in texts else None, line


def _merged(rows: list[Merged], column: int, fresh: Sequence[Line]) -> list[Merged]:
    """Adds a kernel's lines to the rows so far, pairing those of one function with the same text."""
    alone: list[Merged] = [(file, function, text, {column: line}) for file, function, text, line in fresh]
    if not rows:
        return alone
    ours, theirs = ([_paired(each) for each in side] for side in (rows, alone))
    merged: list[Merged] = []
    for what, begin, end, other_begin, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            pairs = zip(rows[begin:end], alone[other_begin:other_end], strict=True)
            merged += [(*row[:3], {**row[3], **more[3]}) for row, more in pairs]
        else:
            merged += rows[begin:end] + alone[other_begin:other_end]
    return merged


def _paired(row: Merged) -> tuple[str, str, str]:
    """What makes two rows the same: their text, or, where that is not known, their number."""
    return row[0], row[1], f"\0{next(iter(row[3].values()))}" if row[2] is None else row[2]
