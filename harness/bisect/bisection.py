# SPDX-License-Identifier: GPL-2.0-only
"""The loop of a bisect: ends first, then the commit that tells most a second, until no test can tell more."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.bisect.commits import GOOD, Commits
from harness.bisect.git_log import git_log
from harness.bisect.outcome import Outcome
from harness.bisect.planner import Cost, answer, next_step
from harness.bisect.signature import told
from harness.bisect.state import LOG, State
from harness.bisect.tester import Bug, Tested
from harness.deadline import Deadline
from harness.errors import BadInput, LabBroke
from harness.progress import say
from harness.results.files import write_whole

Test = Callable[[int, Bug | None], Tested]


@dataclass
class Bisection:
    """One bisect over ``commits``; ``good`` and the last commit's id are what a log calls them."""

    commits: Commits
    good: str
    test: Test
    folder: Path
    state: State
    deadline: Deadline
    cost: Cost = field(default_factory=Cost)
    replayable: bool = True

    def run(self) -> State:
        """To its end, or to that of the time.

        Raises BadInput where the ends are not what they should be, LabBroke where it broke at one of them.
        """
        bug = self._ends()
        at = len(self.commits.graph.commits) - 1
        while not self.deadline.passed:
            step = next_step(self.commits.graph, self.outcomes, at, self.cost)
            if step is None:
                return self._over()
            left = self.commits.graph.candidates(self.outcomes).bit_count()
            say(f"{left} commits left; testing {self.commits.title(step.commit)} (about {step.seconds:.0f} s)")
            try:
                tested = self._tested(step.commit, bug)
            except LabBroke:
                if self.deadline.passed:
                    break
                raise
            self._learn(at, step.commit, tested)
            at = step.commit
        return self._keep(found=self._found(), over=False)

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """By place in the graph, the good end left out."""
        place = {commit: index for index, commit in enumerate(self.commits.graph.commits)}
        return {place[name]: each.outcome for name, each in self.state.tested.items() if name in place}

    def _ends(self) -> Bug:
        last = len(self.commits.graph.commits) - 1
        bad = self._end(last, "bad")
        if bad.outcome is not Outcome.BAD:
            raise BadInput(f"the bad end ({self.commits.title(last)}) is not bad: {bad.outcome}, {bad.detail}")
        good = self._end(GOOD, "good")
        if good.outcome not in (Outcome.GOOD, Outcome.BAD):
            raise BadInput(f"the good end ({self.commits.title(GOOD)}) says nothing: {good.outcome}, {good.detail}")
        if good.outcome is Outcome.BAD and good.hole:
            self.state = self.state.without_test(self.good)
            self._keep()
            raise LabBroke(f"the good end ({self.commits.title(GOOD)}) fails, and what else it shows is not known: "
                           f"{good.hole}")  # fmt: skip
        bug = Bug(bad.seen, good.seen)
        if not bug.seen - bug.control:
            raise BadInput(f"both ends fail alike ({told(bug.seen)}): nothing tells good from bad")
        say(f"looking for {told(bug.seen - bug.control)}")
        return bug

    def _end(self, index: int, which: str) -> Tested:
        tested = self._tested(index, None)
        if tested.outcome is Outcome.BROKEN:
            told = f"{tested.detail}; the same command tests it again"
            raise LabBroke(f"the lab broke at the {which} end ({self.commits.title(index)}): {told}")
        return tested

    def _name(self, index: int) -> str:
        return self.good if index == GOOD else self.commits.graph.commits[index]

    def _tested(self, index: int, bug: Bug | None) -> Tested:
        """What was found before, or a test."""
        name = self._name(index)
        if name in self.state.tested:
            return self.state.tested[name]
        tested = self.test(index, bug)
        if tested.outcome is Outcome.BROKEN and self.deadline.passed:
            raise LabBroke("no time is left; the same command goes on from here")
        self.state = self.state.with_test(name, tested)
        self._keep()
        say(f"{self.commits.title(index)}: {tested.outcome} ({tested.detail.splitlines()[0] if tested.detail else ''})")
        return tested

    def _learn(self, before: int, now: int, tested: Tested) -> None:
        """Seconds of a build and a sweep as they were here, for the estimates of those to come."""
        files = self.commits.graph.distance(before, now, self.cost.limit)
        if tested.outcome is not Outcome.NO_BUILD:
            link = max(1.0, tested.build_seconds - self.cost.file * files)
            self.cost = replace(self.cost, link=(self.cost.link + link) / 2)
        if tested.sweep_seconds:
            self.cost = replace(self.cost, sweep=(self.cost.sweep + tested.sweep_seconds) / 2)

    def _found(self) -> tuple[str, ...]:
        return tuple(self.commits.graph.commits[index] for index in answer(self.commits.graph, self.outcomes))

    def _over(self) -> State:
        """At the end, unless it is the lab that keeps commits from being told apart: they can be tested again."""
        found = self._found()
        tested = [self.state.tested[name].outcome for name in found if name in self.state.tested]
        return self._keep(found=found, over=len(found) == 1 or Outcome.BROKEN not in tested)

    def _keep(self, found: tuple[str, ...] = (), over: bool = False) -> State:
        self.state = replace(self.state, found=found, over=over)
        self.state.save(self.folder)
        if self.replayable:
            place = {self._name(index): index for index in (GOOD, *range(len(self.commits.graph.commits)))}
            text = git_log(self.good, self._name(len(place) - 2), self.state.tested,
                           lambda name: self.commits.title(place[name]))  # fmt: skip
            write_whole(self.folder / LOG, text)
        return self.state
