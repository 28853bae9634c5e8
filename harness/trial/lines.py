# SPDX-License-Identifier: GPL-2.0-only
"""Lines that differ between two kernels' sources, as numbered in each: whatever made the difference."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from harness.errors import BadInput
from harness.kernel.artefacts import Kernel
from harness.points.touched import Line


def changed(before: str, after: str) -> tuple[set[int], set[int]]:
    """Line numbers from 1 in ``before`` and in ``after``; where lines are missing their neighbours stand for them."""
    old, new = before.splitlines(), after.splitlines()
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])
    gone, come = set[int](), set[int]()
    matcher = SequenceMatcher(None, old[begin : len(old) - end], new[begin : len(new) - end], autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag != "equal":
            gone |= _numbers(begin + i, begin + i_end)
            come |= _numbers(begin + j, begin + j_end)
    return gone, come


def _numbers(begin: int, end: int) -> set[int]:
    return set(range(begin + 1, end + 1)) or {begin, begin + 1}


def _common(one: list[str], other: list[str]) -> int:
    """How many lines agree from the start."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def changed_lines(without: Kernel, with_: Kernel, files: Iterable[str]) -> tuple[set[Line], set[Line]]:
    """The same for kept source files of two kernels; a file that one of them has not kept is taken as it is there."""
    before, after = set[Line](), set[Line]()
    for file in files:
        gone, come = changed(_text(without, file), _text(with_, file))
        before |= {(file, number) for number in gone}
        after |= {(file, number) for number in come}
    return before, after


def _text(kernel: Kernel, file: str) -> str:
    try:
        return kernel.source(file)
    except BadInput:
        return ""  # added or removed by the change, or a header that only the patched kernel keeps
