# SPDX-License-Identifier: GPL-2.0-only
"""Lines of one version of a source file as lines of another, by the diff of the two."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from unidiff.patch import Hunk, PatchSet

Sources = Mapping[str, str]  # file of the kernel tree -> its text as built


@dataclass
class LineMap:
    """From the lines of ``before`` to those of ``after``. A file that is not in both keeps its numbers.

    Numbers of a file that was not kept cannot be mapped; ``blind`` names those that were asked for.
    """

    before: Sources
    after: Sources
    blind: set[str] = field(default_factory=set)
    _maps: dict[str, dict[int, int]] = field(default_factory=dict)

    def line(self, file: str, number: int) -> int | None:
        """The number of that line in ``after``; None if the line was removed or changed."""
        if file not in self.before or file not in self.after:
            if PurePosixPath(file).suffix == ".c":
                self.blind.add(file)
            return number
        if file not in self._maps:
            self._maps[file] = _mapped(self.before[file], self.after[file])
        return self._maps[file].get(number)


def _mapped(before: str, after: str) -> dict[int, int]:
    old = before.splitlines()
    if before == after:
        return {number: number for number in range(1, len(old) + 1)}
    found: dict[int, int] = {}
    source, shift = 1, 0
    for hunk in _hunks(before, after):
        # Of a hunk without context that only adds, diff(1) gives the line before it.
        first = hunk.source_start + (not hunk.source_length)
        found |= {number: number + shift for number in range(source, first)}
        source = first + hunk.source_length
        shift += hunk.target_length - hunk.source_length
    return found | {number: number + shift for number in range(source, len(old) + 1)}


def _hunks(before: str, after: str) -> list[Hunk]:
    """The hunks, without context: each removes and adds, and what lies between is the same."""
    pair = before.splitlines(), after.splitlines()
    text = "\n".join(difflib.unified_diff(*pair, "a/file", "b/file", n=0, lineterm=""))
    return [hunk for file in PatchSet(text + "\n") for hunk in file]
