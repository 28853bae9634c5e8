# SPDX-License-Identifier: GPL-2.0-only
"""What can be bisected: the commits of a repository, or the patches of one series."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.bisect.graph import Graph, linear
from harness.config.models import KernelSpec
from harness.deadline import Deadline
from harness.errors import BadInput
from harness.kernel.build import BuildRequest
from harness.kernel.git import Repository
from harness.kernel.series import edited_files
from harness.kernel.sources import SourceTree
from harness.kernel.sources.git import opened, tree_of
from harness.kernel.spec import request_for
from harness.process import CommandFailed

GOOD = -1  # the commit that is known good; it stands outside of the graph


class Commits(Protocol):
    """Something that can be built at each of its points."""

    @property
    def graph(self) -> Graph:
        """The points, the last one bad."""

    def title(self, index: int) -> str:
        """A point in words, GOOD too."""

    def request(self, index: int, units: Sequence[str], deadline: Deadline) -> BuildRequest:
        """What to build there, GOOD too. Raises BadInput."""


@dataclass(frozen=True)
class GitCommits:
    """The commits that are in ``bad`` and not in ``good``; all trees share the work tree of the good one."""

    repo: Repository
    good: str
    spec: KernelSpec
    graph: Graph

    @classmethod
    def between(cls, git: str, good: str, bad: str, spec: KernelSpec, deadline: Deadline) -> "GitCommits":
        """Raises BadInput where good is no ancestor of bad."""
        repo, bad_id = opened(git, bad, deadline, history=True)
        good_id = opened(git, good, deadline, history=True)[1]
        try:
            repo.git("merge-base", "--is-ancestor", good_id, bad_id)
        except CommandFailed:
            raise BadInput(f"{repo.named}: {good} is no ancestor of {bad}: name their merge base as good") from None
        if good_id == bad_id:
            raise BadInput(f"{repo.named}: {good} and {bad} are the same commit")
        return cls(repo, good_id, spec, _graph(repo, good_id, bad_id))

    def commit(self, index: int) -> str:
        """The id."""
        return self.good if index == GOOD else self.graph.commits[index]

    def title(self, index: int) -> str:
        """Short id and subject."""
        return self.repo.git("log", "-1", "--format=%h %s", self.commit(index)).strip()

    def request(self, index: int, units: Sequence[str], deadline: Deadline) -> BuildRequest:
        """Only files that differ from the good commit are written; make redoes what differs from the last build."""
        tree = tree_of(self.repo, self.commit(index), deadline, base=self.good)
        return request_for(f"{self.commit(index)[:12]}", self.spec, tree, (), _there(tree, units))


@dataclass(frozen=True)
class SeriesCommits:
    """The patches of one series, in their order, on one source."""

    source: SourceTree
    spec: KernelSpec
    patches: tuple[Path, ...]

    @property
    def graph(self) -> Graph:
        """One point a patch."""
        return linear([path.name for path in self.patches], [frozenset(edited_files([path])) for path in self.patches])

    def title(self, index: int) -> str:
        """The patch's file."""
        return "none of the patches" if index == GOOD else self.patches[index].name

    def request(self, index: int, units: Sequence[str], deadline: Deadline) -> BuildRequest:
        """The source with the patches up to this one."""
        return request_for(f"patch-{index + 1}", self.spec, self.source, self.patches[: index + 1], units)


def _graph(repo: Repository, good: str, bad: str) -> Graph:
    lines = repo.git("rev-list", "--topo-order", "--reverse", "--parents", f"{good}..{bad}").splitlines()
    rows = [line.split() for line in lines]
    place = {row[0]: index for index, row in enumerate(rows)}
    parents = tuple(tuple(place[parent] for parent in row[1:] if parent in place) for row in rows)
    touched = _touched(repo, good, bad)
    return Graph(tuple(place), parents, tuple(touched.get(name, frozenset()) for name in place))


def _touched(repo: Repository, good: str, bad: str) -> dict[str, frozenset[str]]:
    """Files by commit; a merge's are those of its branches."""
    log = repo.git("log", "--no-merges", "--no-renames", "--name-only", "--format=%x01%H", f"{good}..{bad}")
    parts = [part.split() for part in log.split("\x01") if part.strip()]
    return {part[0]: frozenset(part[1:]) for part in parts}


def _there(tree: SourceTree, units: Sequence[str]) -> list[str]:
    """Units that this commit has: a file may have come later."""
    return [unit for unit in units if tree.content(unit) is not None]
