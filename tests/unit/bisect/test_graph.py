# SPDX-License-Identifier: GPL-2.0-only
import pytest

from harness.bisect.graph import Graph, bits, linear
from harness.bisect.outcome import Outcome
from harness.errors import BadInput

#   0 - 1 - 3 - 5
#    \- 2 - 4 -/      5 is a merge
MERGED = Graph(tuple("abcdef"), ((), (0,), (0,), (1,), (2,), (3, 4)), tuple(frozenset({name}) for name in "abcdef"))


def candidates(**outcomes: Outcome) -> list[int]:
    return list(bits(MERGED.candidates({MERGED.commits.index(name): each for name, each in outcomes.items()})))


def test_a_bad_merge_leaves_both_branches() -> None:
    assert candidates(f=Outcome.BAD) == [0, 1, 2, 3, 4, 5]


def test_a_good_branch_leaves_the_other_and_the_merge() -> None:
    assert candidates(f=Outcome.BAD, e=Outcome.GOOD) == [1, 3, 5]


def test_a_bad_branch_leaves_its_own_history() -> None:
    assert candidates(f=Outcome.BAD, d=Outcome.BAD) == [0, 1, 3]


def test_a_good_commit_with_a_bad_ancestor_is_told() -> None:
    with pytest.raises(BadInput, match="a good commit has a bad ancestor"):
        candidates(f=Outcome.GOOD, b=Outcome.BAD)


def test_the_distance_is_what_either_side_alone_has_touched() -> None:
    assert MERGED.distance(3, 4, 100) == 4
    assert MERGED.distance(5, 3, 100) == 3
    assert MERGED.distance(5, 0, 2) == 2


def test_commits_stand_behind_their_parents() -> None:
    with pytest.raises(ValueError, match="stands before its parent"):
        Graph(("a", "b"), ((1,), ()))
    assert linear(["a", "b", "c"]).parents == ((), (0,), (1,))
