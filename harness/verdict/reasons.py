# SPDX-License-Identifier: GPL-2.0-only
"""What leads to a verdict: evidence, then a broken lab, then what is missing."""

from dataclasses import dataclass, field

from harness.verdict.verdict import Word


@dataclass
class Reasons:
    """Sentences by what they lead to. A failure outweighs a broken part, which outweighs a missing one."""

    fail: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def word(self) -> Word:
        """PASS where none is against it."""
        if self.fail:
            return Word.FAIL
        if self.broken:
            return Word.BROKEN
        return Word.INCONCLUSIVE if self.missing else Word.PASS

    @property
    def all(self) -> tuple[str, ...]:
        """Those that keep it from passing, each once, the weightiest first."""
        return tuple(dict.fromkeys([*self.fail, *self.broken, *self.missing]))
