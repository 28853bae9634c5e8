# SPDX-License-Identifier: GPL-2.0-only
"""From cuts to crash images: moments times subsets, each different medium once, with all that is claimed of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.powercut.medium import Pages, Template, with_flushes
from harness.powercut.reboot import Suspect
from harness.powercut.recorder import Cut
from harness.powercut.subsets import subsets
from harness.powercut.tape import Moment, Promise

ALONE = 4  # flushes of a moment that are tried alone
AT_RANDOM = 3


@dataclass(frozen=True)
class Claim:
    """One power cut that leaves an image, and the promises that were in force."""

    cut: Cut
    moment: Moment
    subset: str
    promises: tuple[Promise, ...]

    @property
    def promised(self) -> bool:
        """Whether some word was promised."""
        return any(word.promised for promise in self.promises for word in promise.words)


@dataclass
class Case:
    """One crash image."""

    pages: Pages
    file: str
    offsets: tuple[int, ...]
    claims: list[Claim] = field(default_factory=list)

    def suspect(self, image: Path, stamp: int) -> Suspect:
        """Itself, written to ``image`` with that stamp."""
        return Suspect(image, stamp, self.file, self.offsets)


def cases(cuts: Iterable[Cut], template: Template, seed: int) -> list[Case]:
    """Every crash image of ``cuts``, in their order."""
    found: dict[tuple[object, ...], Case] = {}
    for cut in cuts:
        file, offsets = _watched(cut)
        for number, moment in enumerate(cut.moments):
            promises = cut.in_force(moment)
            for subset in subsets(moment.pending, f"{seed} {cut.schedule} {number}", ALONE, AT_RANDOM):
                pages = with_flushes(moment.pages, template, subset.pieces)
                case = found.setdefault((file, offsets, frozenset(pages.items())), Case(pages, file, offsets))
                case.claims.append(Claim(cut, moment, subset.name, promises))
    return list(found.values())


def _watched(cut: Cut) -> tuple[str, tuple[int, ...]]:
    """The file and the offsets of its watched words: the same in all promises of a schedule."""
    first: Sequence[Promise] = tuple(cut.promises.values())[:1]
    return (first[0].file, tuple(word.offset for word in first[0].words)) if first else ("file0", ())
