# SPDX-License-Identifier: GPL-2.0-only
"""The loop over a real repository, the tests of its commits made up; git itself replays the log."""

import subprocess
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.bisect.bisection import Bisection
from harness.bisect.commits import GOOD, GitCommits
from harness.bisect.outcome import Outcome
from harness.bisect.report import render
from harness.bisect.state import LOG, State, begun
from harness.bisect.tester import Bug, Tested
from harness.config.models import DebianSource, KernelSpec
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from tests.fakes.git_tree import GitTree

SPEC = KernelSpec(source=DebianSource(debian="linux-source-6.1"))
SEEN = frozenset({"tags"})


@dataclass
class World:
    """A repository of 24 commits; from ``culprit`` on they fail, and some say nothing."""

    clone: GitTree
    commits: list[str]
    culprit: int = 13
    odd: dict[int, Outcome] = field(default_factory=dict)
    tests: list[int] = field(default_factory=list)
    dies_at: int = 99

    def test(self, index: int, _bug: Bug | None) -> Tested:
        """What a sweep of that commit would say."""
        if len(self.tests) == self.dies_at:
            raise KeyboardInterrupt
        self.tests.append(index)
        if index in self.odd:
            return Tested(self.odd[index], "x", frozenset({"warn:other"}))
        bad = index != GOOD and index + 1 >= self.culprit
        return Tested(Outcome.BAD if bad else Outcome.GOOD, "y", SEEN if bad else frozenset(), 5.0, 1.0)

    def bisection(self) -> Bisection:
        """A bisect of it, going on where an earlier one was."""
        made = GitCommits.between(str(self.clone.folder), self.commits[0], "main", SPEC, Deadline())
        folder, state = begun({"good": made.good})
        return Bisection(made, made.good, self.test, folder, state, Deadline())


@pytest.fixture
def world(tmp_path: Path) -> World:
    clone = GitTree(tmp_path / "clone")
    commits = [clone.git("rev-parse", "HEAD")]
    commits += [
        clone.commit(f"commit {number}", {f"fs/f{number % 5}.c": f"int f{number};\n"}) for number in range(1, 24)
    ]
    return World(clone, commits)


def test_the_culprit_is_found_in_few_tests_and_git_replays_the_log(world: World) -> None:
    bisection = world.bisection()
    done = bisection.run()
    assert done.over and done.found == (world.commits[world.culprit],)
    assert len(world.tests) <= 9
    log = bisection.folder / LOG
    replay = subprocess.run(["git", "bisect", "replay", log], cwd=world.clone.folder, capture_output=True, text=True)
    assert replay.returncode == 0 and f"{world.commits[world.culprit]} is the first bad commit" in replay.stdout
    told = render(done, bisection.commits)
    assert told.endswith(f"first bad commit: {bisection.commits.title(world.culprit - 1)}")


def test_what_says_nothing_is_skipped_and_git_agrees(world: World) -> None:
    world.odd = {10: Outcome.NO_BUILD, 11: Outcome.OTHER_BUG, 14: Outcome.NO_BOOT, 9: Outcome.BROKEN}
    done = world.bisection().run()
    assert not done.over  # the lab may do better at commit 10 next time
    assert world.commits[13] in done.found and len(done.found) <= 5
    log = (world.bisection().folder.parent / "1" / LOG).read_text()
    assert "git bisect skip" in log or not {9, 10, 11, 14} & set(world.tests)


def test_a_killed_bisect_goes_on_where_it_was(world: World) -> None:
    world.dies_at = 4
    with pytest.raises(KeyboardInterrupt):
        world.bisection().run()
    before = list(world.tests)
    world.dies_at = 99
    done = world.bisection().run()
    assert done.found == (world.commits[world.culprit],)
    assert len(set(world.tests)) == len(world.tests) and world.tests[: len(before)] == before


def test_ends_that_are_not_what_they_should_be_are_told(world: World) -> None:
    world.culprit = 99
    with pytest.raises(BadInput, match=r"the bad end \(.* commit 23\) is not bad: good, y"):
        world.bisection().run()


@pytest.mark.parametrize(("index", "which"), [(22, "bad"), (GOOD, "good")])
def test_an_end_at_which_the_lab_broke_is_no_wrong_input_and_is_tested_again(
    world: World, index: int, which: str
) -> None:
    world.odd = {index: Outcome.BROKEN}
    for times in (1, 2):
        with pytest.raises(LabBroke, match=rf"the lab broke at the {which} end \(.*\): x; the same command tests it"):
            world.bisection().run()
        assert world.tests.count(index) == times
    world.odd = {}
    assert world.bisection().run().found == (world.commits[world.culprit],)


def test_commits_at_which_the_lab_broke_are_tested_again_by_the_same_command(world: World) -> None:
    around = range(world.culprit - 4, world.culprit + 4)
    world.odd = dict.fromkeys(around, Outcome.BROKEN)
    first = world.bisection().run()
    assert len(first.found) > 1 and not first.over
    world.odd = {}
    done = world.bisection().run()
    assert done.over and done.found == (world.commits[world.culprit],)
    counts = Counter(world.tests)
    assert {index for index in counts if counts[index] > 1} <= set(around)


def test_commits_that_cannot_be_built_end_the_bisect_as_no_test_will_tell_them_apart(world: World) -> None:
    world.odd = dict.fromkeys(range(world.culprit - 4, world.culprit + 4), Outcome.NO_BUILD)
    done = world.bisection().run()
    assert done.over and len(done.found) > 1


def test_both_ends_failing_alike_tell_nothing(world: World) -> None:
    world.culprit = 0
    world.odd = {GOOD: Outcome.BAD}
    bisection = world.bisection()
    bisection.test = lambda _index, _bug: Tested(Outcome.BAD, "z", SEEN)
    with pytest.raises(BadInput, match=r"both ends fail alike \(tags\)"):
        bisection.run()


def test_a_good_end_that_fails_and_was_not_tried_whole_tells_nothing_from_good_and_is_tested_again(
    world: World,
) -> None:
    bisection = world.bisection()
    for _ in range(2):
        with pytest.raises(LabBroke, match=r"the good end \(.*\) fails, and what else it shows .*: cut short"):
            replace(bisection, test=lambda _index, _bug: Tested(Outcome.BAD, "z", SEEN, hole="cut short")).run()
        bisection = world.bisection()
        assert bisection.good not in bisection.state.tested


def test_what_cannot_be_checked_is_skipped(world: World) -> None:
    world.odd = dict.fromkeys(range(8), Outcome.UNCHECKED)
    assert world.bisection().run().found == (world.commits[world.culprit],)
    world.odd = {GOOD: Outcome.UNCHECKED}
    with pytest.raises(BadInput, match=r"the good end \(.*\) says nothing: cannot check"):
        replace(world.bisection(), state=State({})).run()


def test_a_bisect_that_the_lab_keeps_from_its_end_says_so(world: World) -> None:
    world.odd = dict.fromkeys(range(world.culprit - 4, world.culprit + 4), Outcome.BROKEN)
    bisection = world.bisection()
    assert "the lab broke at some of them, which the same command" in render(bisection.run(), bisection.commits)


def test_good_must_be_an_ancestor_of_bad(world: World) -> None:
    with pytest.raises(BadInput, match="is no ancestor of"):
        GitCommits.between(str(world.clone.folder), "main", world.commits[3], SPEC, Deadline())
