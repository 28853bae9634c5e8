# SPDX-License-Identifier: GPL-2.0-only
"""A bisect by random races on disk: one that was killed, or whose time ended, goes on with the tests that it has."""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness import folders
from harness.bisect.by_stress import ByStress, told
from harness.bisect.commits import GitCommits
from harness.bisect.outcome import Outcome
from harness.bisect.state import FILE, State, begun, load
from harness.config.models import DebianSource, KernelSpec
from harness.deadline import Deadline
from harness.errors import LabBroke
from tests.fakes.git_tree import GitTree

SPEC = KernelSpec(source=DebianSource(debian="linux-source-6.1"))
QUESTION = {"of": "this", "stress": "64"}


@dataclass
class Races:
    """A repository of 16 commits; from ``culprit`` on 4 of 10 tests fail, each test the same whenever it is made."""

    clone: GitTree
    good: str
    culprit: int = 9
    odd: dict[int, Outcome] = field(default_factory=dict)
    made: list[int] = field(default_factory=list)
    dies_at: int = 999
    clock: float = 0.0

    def observe(self, commit: int) -> Outcome:
        """The N-th test of that commit."""
        if len(self.made) == self.dies_at:
            raise KeyboardInterrupt
        number = Counter(self.made)[commit]
        self.made.append(commit)
        if commit in self.odd:
            return self.odd[commit]
        fails = random.Random(1000 * commit + number).random() < 0.4
        return Outcome.BAD if commit >= self.culprit and fails else Outcome.GOOD

    def bisect(self, seconds: float | None = None) -> ByStress:
        """A bisect of it, going on where an earlier one was."""
        commits = GitCommits.between(str(self.clone.folder), self.good, "main", SPEC, Deadline())
        folder, state = begun(QUESTION)
        return ByStress(commits, self.observe, folder, state, Deadline(seconds, lambda: self.clock))


@pytest.fixture
def races(tmp_path: Path) -> Races:
    clone = GitTree(tmp_path / "clone")
    good = clone.git("rev-parse", "HEAD")
    for number in range(16):
        clone.commit(f"commit {number}", {f"fs/f{number % 5}.c": f"int f{number};\n"})
    return Races(clone, good)


def test_a_killed_bisect_makes_the_tests_that_are_left_and_comes_to_the_same_end(races: Races) -> None:
    whole, probability = races.bisect().run()
    assert whole.over and probability >= 0.95
    tests, races.made = races.made, []
    for dies_at in (1, 5, 6, len(tests) - 1):
        races.dies_at = dies_at
        with pytest.raises(KeyboardInterrupt):
            races.bisect().run()
        assert len(races.bisect().state.raced) == dies_at
    races.dies_at = 999
    again, same = races.bisect().run()
    assert races.made == tests, "no test is made twice"
    assert (again.raced, again.found, same) == (whole.raced, whole.found, probability)


def test_the_answer_and_the_tests_of_each_commit_are_told(races: Races) -> None:
    bisect = races.bisect()
    done, probability = bisect.run()
    lines = told(done, bisect.commits, probability, 64).splitlines()
    assert lines[-2] == f"first bad commit: {bisect.commits.title(races.culprit)}"
    assert lines[-1].startswith(f"probability {probability:.3f} after {len(done.raced)} tests by --stress 64")
    counted = [sum(int(word) for word in each[:24].split() if word.isdigit()) for each in lines[:-3]]
    assert sum(counted) == len(done.raced)


def test_a_bisect_that_is_over_is_begun_anew(races: Races) -> None:
    first = races.bisect()
    first.run()
    second = races.bisect()
    assert second.state == State(QUESTION) and second.folder != first.folder


def test_the_end_of_the_time_keeps_the_bisect_open(races: Races) -> None:
    bisect = races.bisect(seconds=1.0)
    observe = bisect.observe

    def late(commit: int) -> Outcome:
        races.clock = 2.0 if len(races.made) == 3 else 0.0
        return observe(commit)

    bisect.observe = late
    done, probability = bisect.run()
    assert not done.over and probability < 0.95 and len(done.raced) == 4
    assert races.bisect().state.raced == done.raced


@pytest.mark.parametrize("how", [Outcome.BROKEN, LabBroke("cut")])
def test_a_test_that_the_end_of_the_time_cut_is_no_evidence(races: Races, how: "Outcome | LabBroke") -> None:
    bisect = races.bisect(seconds=1.0)

    def cut(_commit: int) -> Outcome:
        races.clock = 2.0
        if isinstance(how, LabBroke):
            raise how
        return how

    bisect.observe = cut
    done, _probability = bisect.run()
    assert done.raced == () and not done.over


def test_a_lab_that_breaks_with_time_left_ends_the_bisect(races: Races) -> None:
    bisect = races.bisect()

    def broken(_commit: int) -> Outcome:
        raise LabBroke("no QEMU")

    bisect.observe = broken
    with pytest.raises(LabBroke, match="no QEMU"):
        bisect.run()


def test_commits_that_say_nothing_are_kept_too_and_stay_in_the_answer(races: Races) -> None:
    races.odd = {races.culprit - 1: Outcome.NO_BUILD, races.culprit - 2: Outcome.NO_BOOT}
    bisect = races.bisect()
    done, _probability = bisect.run()
    names = bisect.commits.graph.commits
    assert names[races.culprit] in done.found and len(done.raced) < 150, "it does not ask for them for ever"
    assert {name for name, outcome in done.raced if not outcome.says} <= {names[each] for each in races.odd}


def test_races_in_which_the_lab_broke_are_forgotten_by_the_same_command(races: Races) -> None:
    races.odd = dict.fromkeys(range(6, 12), Outcome.BROKEN)
    races.dies_at = 12
    with pytest.raises(KeyboardInterrupt):
        races.bisect().run()
    kept = load(next((folders.runs() / "bisect").glob(f"*/{FILE}")))
    assert Outcome.BROKEN in [outcome for _name, outcome in kept.raced]
    assert Outcome.BROKEN not in [outcome for _name, outcome in races.bisect().state.raced]
