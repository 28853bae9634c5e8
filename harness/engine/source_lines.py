# SPDX-License-Identifier: GPL-2.0-only
"""The lines of a kernel's source that reports quote."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.engine.subject import Subject
from harness.engine.sweeps import Swept
from harness.errors import BadInput
from harness.points.point import Frame
from harness.results.run import KernelInfo, appearing


def with_lines(info: KernelInfo, swept: Sequence[Swept]) -> KernelInfo:
    """Adds the source that reports quote: of each function from its first point's line to its last's."""
    for each in swept:
        if each.subject.name == info.name:
            frames = [frame for point in appearing(each.subject.points, each.results) for frame in point.frames]
            return replace(info, lines=_quoted(each.subject, spans(frames)))
    return info


def spans(frames: Iterable[Frame]) -> set[tuple[str, int]]:
    """File and line of every line between the first and the last of each function's ``frames``."""
    ends: dict[tuple[str, str], tuple[int, int]] = {}
    for frame in frames:
        first, last = ends.get((frame.file, frame.function), (frame.line, frame.line))
        ends[(frame.file, frame.function)] = min(first, frame.line), max(last, frame.line)
    return {(file, line) for (file, _), (first, last) in ends.items() for line in range(first, last + 1) if line}


def _quoted(subject: Subject, places: set[tuple[str, int]]) -> dict[str, dict[int, str]]:
    quoted: dict[str, dict[int, str]] = {}
    for file in {file for file, _line in places}:
        try:
            lines = subject.kernel.source(file).splitlines()
        except BadInput:
            continue  # a header: only edited and asked files are kept beside a kernel
        quoted[file] = {line: lines[line - 1] for name, line in sorted(places) if name == file and line <= len(lines)}
    return quoted
