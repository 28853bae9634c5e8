# SPDX-License-Identifier: GPL-2.0-only
"""`lab bisect --stress`: the flaky bisect over the first parents, kept on disk after each test."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from harness.bisect.commits import Commits
from harness.bisect.flaky import Flaky, first_parents
from harness.bisect.outcome import Outcome
from harness.bisect.state import State
from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.progress import say

Observe = Callable[[int], Outcome]  # races at one commit, by its place in the graph


@dataclass
class ByStress:
    """One bisect; ``state`` has the tests that an earlier process made of it."""

    commits: Commits
    observe: Observe
    folder: Path
    state: State
    deadline: Deadline
    confidence: float = 0.95
    tests_max: int = 400

    def run(self) -> tuple[State, float]:
        """To the stated confidence, to the most tests, or to the end of the time; and the answer's probability."""
        names = self.commits.graph.commits
        place = {name: index for index, name in enumerate(names)}
        line = first_parents(self.commits.graph, len(names) - 1)
        seen = [(place[name], outcome) for name, outcome in self.state.raced]
        flaky = Flaky(line, self._observe, self.confidence, self.tests_max, seen, lambda: self.deadline.passed)
        found, probability = flaky.run()
        over = probability >= self.confidence or not self.deadline.passed
        self.state = replace(self.state, found=tuple(names[commit] for commit in found), over=over)
        self.state.save(self.folder)
        return self.state, probability

    def _observe(self, commit: int) -> Outcome | None:
        """A test that is kept; None where the time ended in it, which is no news of the commit."""
        try:
            outcome = self.observe(commit)
        except LabBroke:
            if not self.deadline.passed:
                raise
            return None
        if outcome is Outcome.BROKEN and self.deadline.passed:
            return None
        self.state = replace(self.state, raced=(*self.state.raced, (self.commits.graph.commits[commit], outcome)))
        self.state.save(self.folder)
        say(f"{self.commits.title(commit)}: {outcome}")
        return outcome


def told(state: State, commits: Commits, probability: float, races: int) -> str:
    """A line a commit that was tested, and the answer."""
    place = {name: index for index, name in enumerate(commits.graph.commits)}
    tested = sorted({place[name] for name, _outcome in state.raced})
    lines = [_line(commits, commit, [each for name, each in state.raced if place[name] == commit]) for commit in tested]
    found = [commits.title(place[name]) for name in state.found]
    answer = [f"first bad commit: {found[0]}"]
    if len(found) != 1:
        answer = [f"the first bad commit is one of these {len(found)}:", *found]
    end = f"probability {probability:.3f} after {len(state.raced)} tests by --stress {races}, along first parents"
    return "\n".join([*lines, "", *answer, end])


def _line(commits: Commits, commit: int, outcomes: list[Outcome]) -> str:
    counts = ", ".join(f"{outcomes.count(each)} {each}" for each in Outcome if each in outcomes)
    return f"{counts:24} {commits.title(commit)[:80]}"
