# SPDX-License-Identifier: GPL-2.0-only
"""The commits that may have brought a failure, as a graph with merges; sets of commits are the bits of integers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.bisect.outcome import Outcome
from harness.errors import BadInput


@dataclass(frozen=True)
class Graph:
    """``commits`` with each behind its ``parents``, which are indices; a parent outside of the graph is known good.

    ``files``: what each commit touches, for the distance between two trees.
    """

    commits: tuple[str, ...]
    parents: tuple[tuple[int, ...], ...]
    files: tuple[frozenset[str], ...] = ()
    reach: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Computes for each commit the set of itself and its ancestors."""
        reach: list[int] = []
        for index, parents in enumerate(self.parents):
            found = 1 << index
            for parent in parents:
                if parent >= index:
                    raise ValueError(f"commit {index} stands before its parent {parent}")
                found |= reach[parent]
            reach.append(found)
        object.__setattr__(self, "reach", tuple(reach))

    def candidates(self, outcomes: Mapping[int, Outcome]) -> int:
        """The commits that may be the first bad one: ancestors of every bad commit, and of no good one.

        Raises BadInput where a good commit has a bad ancestor: the failure came and went, or came twice.
        """
        left = (1 << len(self.commits)) - 1
        for index, outcome in outcomes.items():
            if outcome is Outcome.BAD:
                left &= self.reach[index]
        for index, outcome in outcomes.items():
            if outcome is Outcome.GOOD:
                left &= ~self.reach[index]
        if not left:
            raise BadInput("a good commit has a bad ancestor: the failure was mended in between; bisect a part of it")
        return left

    def distance(self, one: int, other: int, limit: int) -> int:
        """How many files the commits touch that are in the history of one of the two and not of the other.

        Counted up to about ``limit``: more of them make no dearer build.
        """
        names: set[str] = set()
        for index in bits(self.reach[one] ^ self.reach[other]):
            names |= self.files[index]
            if len(names) >= limit:
                break
        return len(names)


def bits(number: int) -> Iterator[int]:
    """Places of the ones, lowest first."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def linear(commits: Sequence[str], files: Sequence[frozenset[str]] = ()) -> Graph:
    """A history without merges."""
    return Graph(tuple(commits), tuple((at - 1,) if at else () for at in range(len(commits))), tuple(files))
