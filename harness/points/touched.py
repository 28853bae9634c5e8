# SPDX-License-Identifier: GPL-2.0-only
"""Lines of the patched source that a series touches, and the functions they lie in."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchSet

from harness.errors import BadInput
from harness.points.point import Point

Line = tuple[str, int]  # file, line number from 1


def touched_lines(patches: Iterable[Path]) -> set[Line]:
    """Added lines, and the neighbours of removed ones, as numbered behind the last patch that edits their file.

    Lines of an earlier patch move with the later ones. Raises BadInput for a patch that cannot be parsed.
    """
    lines: set[Line] = set()
    for patch in patches:
        parsed = _parsed(patch)
        lines = {(file, number) for file, old in lines for number in _moved(parsed, file, old)}
        lines |= {(edited.path, number) for edited in parsed for hunk in edited for number in _of_hunk(hunk)}
    return lines


def _parsed(patch: Path) -> PatchSet:
    try:
        return PatchSet(patch.read_text(encoding="utf-8", errors="replace"))
    except UnidiffParseError as error:
        raise BadInput(f"{patch}: the patch cannot be read: {error}") from None


def _of_hunk(hunk: Hunk) -> set[int]:
    found: set[int] = set()
    at = hunk.target_start
    for line in hunk:
        if line.is_removed:
            found |= {at - 1, at}
        elif line.target_line_no is not None:  # else it says that a file ends without a newline
            found |= {line.target_line_no} if line.is_added else set()
            at = line.target_line_no + 1
    return found


def _moved(parsed: PatchSet, file: str, old: int) -> list[int]:
    """The line's number behind the patch; none if the patch removes it."""
    shift = 0
    for edited in parsed:
        if edited.path != file:
            continue
        for hunk in edited:
            if old >= hunk.source_start + hunk.source_length:
                shift += hunk.target_length - hunk.source_length
            elif old >= hunk.source_start:
                return [line.target_line_no for line in hunk if line.source_line_no == old and line.target_line_no]
    return [old + shift]


def touched_functions(points: Iterable[Point], lines: set[Line]) -> set[str]:
    """ELF functions that hold code of these lines, inlined or not."""
    return {point.function for point in points if touches(point, lines)}


def touches(point: Point, lines: set[Line]) -> bool:
    """Whether the point stands for one of the lines."""
    return any((frame.file, frame.line) in lines for frame in point.frames)


def lines_with_code(points: Sequence[Point], lines: set[Line]) -> set[Line]:
    """Those of the lines that some point stands for: a comment is reached by nobody."""
    return {(frame.file, frame.line) for point in points for frame in point.frames} & lines
